import type { Containerd } from '../support/containerd.ts'
import type { Node } from '../support/node.ts'
import { aged, gone, killed, processes, shimOf, type TrueProcess } from '../support/processes.ts'
import { hangingHook, writeSpec } from '../support/spec.ts'
import { shimStoppedFromTheStart } from '../support/stopped-shim.ts'
import { until } from '../support/until.ts'
import type { Played, Scenario } from './scenario.ts'

/** A container whose creation hangs in a hook; the pids of its `runc create` and of the hook. */
async function hang(node: Node): Promise<{ containerd: Containerd; engine: number; hook: number }> {
  const containerd = await node.containerd()
  await containerd.runSpec('web', await writeSpec(node.world, 'web', '/default/web', hangingHook))
  const hook = await until('the hook runs', () => processes(node.world).find(({ argv }) => argv.includes('3601')))
  return { containerd, engine: hook.ppid, hook: hook.pid }
}

/** Creations that do not end. The two that measure an age in seconds come first: they wait while others run. */
export const creationScenarios: readonly Scenario[] = [
  {
    name: 'engine-stuck',
    story: 'containerd 1.6.20, runc 1.1.5: `runc create` has been waiting for a hook for more than half a minute.',
    async play(node) {
      const { engine } = await hang(node)
      await aged(node.world, engine, 31)
      return { truth: await node.truth(), verdicts: [{ code: 'engine-stuck', kind: 'process', of: engine }] }
    },
  },
  {
    name: 'shim-transient-stuck',
    story: 'containerd 1.6.20: a `containerd-shim-runc-v2 … start` was stopped; containerd and its client wait for it.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      const runtime = await shimStoppedFromTheStart(node.world)
      await containerd.runSpec('web', await writeSpec(node.world, 'web', '/default/web'), { runtime })
      const started = ({ argv, state }: TrueProcess) => argv.at(-1) === 'start' && state === 'T'
      const { pid } = await until("a shim's start is stopped", () => processes(node.world).find(started))
      await aged(node.world, pid, 11)
      return {
        truth: { shims: [], containers: [] },
        verdicts: [{ code: 'shim-transient-stuck', kind: 'process', of: pid }],
      }
    },
  },
  {
    name: 'shim-create-aborted',
    story:
      'containerd 1.6.20 was killed while `runc create` hung, and started again: it tracks a shim that never got a container.',
    async play(node): Promise<Played> {
      const { containerd, engine, hook } = await hang(node)
      const shim = shimOf(node.world, 'web')
      await containerd.stop('KILL') // the shim then ends its engine by itself
      await gone(node.world, engine)
      await killed(node.world, hook)
      await containerd.start()
      // `ctr container ls` has it, `ctr task ls` has not: a container without a task is in no state that OCI knows.
      const { containers } = await node.truth()
      if (containers.length > 0) throw new Error('containerd has a task where none was created')
      const known = { id: 'web', containerdNamespace: 'default', state: 'unknown', pid: null, shim: undefined } as const
      return {
        truth: { shims: [shim], containers: [{ ...known, role: 'container', name: null, pod: null }] },
        verdicts: [{ code: 'shim-create-aborted', kind: 'shim', of: shim }],
      }
    },
  },
  {
    name: 'shim-exit-uncollected',
    story:
      'containerd 1.6.20: a task in namespace moby has ended, and there is no dockerd that would collect its exit.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('job', { namespace: 'moby', command: ['true'] })
      await until('the task is stopped', async () => (await containerd.tasks())[0]?.status === 'STOPPED')
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'shim-exit-uncollected', kind: 'shim', of: shimOf(node.world, 'job') }],
      }
    },
  },
]
