import { gone, inState, processes, shimOf } from '../support/processes.ts'
import { hangingHook, writeSpec } from '../support/spec.ts'
import { until } from '../support/until.ts'
import { healthy, type Scenario } from './scenario.ts'

/** containerd 1.6 with `ctr`: everything that is as it should be, in each state that OCI knows. */
export const healthyScenarios: readonly Scenario[] = [
  {
    name: 'healthy-shim-v1',
    story: 'containerd 1.6.20, runtime io.containerd.runtime.v1.linux: the shim is a child of containerd.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web', { runtime: 'io.containerd.runtime.v1.linux' })
      return healthy(node)
    },
  },
  {
    name: 'healthy-shim-runc-v1',
    story: 'containerd 1.6.20, runtime io.containerd.runc.v1: one shim per container, started by init.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web', { runtime: 'io.containerd.runc.v1' })
      return healthy(node)
    },
  },
  {
    name: 'healthy-shim-runc-v2',
    story: 'containerd 1.6.20, runtime io.containerd.runc.v2, without annotations: one shim per container.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.run('db')
      return healthy(node)
    },
  },
  {
    name: 'shim-grouped-by-annotation',
    story: 'containerd 1.6.20: two containers of one io.containerd.runc.v2.group annotation share one shim, no pod.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('first', { group: 'g1' })
      await containerd.run('second', { group: 'g1' })
      return healthy(node)
    },
  },
  {
    name: 'exec-session',
    story: 'containerd 1.6.20: `ctr task exec` adds a second child of the shim in the cgroup of the container.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.ctr('default', 'task', 'exec', '-d', '--exec-id', 'debug', 'web', 'sleep', '3602')
      return healthy(node)
    },
  },
  {
    name: 'container-paused',
    story: 'containerd 1.6.20, cgroup v1: a paused container is frozen, its processes are in state D by design.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.ctr('default', 'task', 'pause', 'web')
      return healthy(node)
    },
  },
  {
    name: 'container-resumed',
    story: 'containerd 1.6.20: paused and resumed again.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.ctr('default', 'task', 'pause', 'web')
      await containerd.ctr('default', 'task', 'resume', 'web')
      return healthy(node)
    },
  },
  {
    name: 'container-creating',
    story: 'containerd 1.6.20, runc 1.1.5: `runc create` waits for a createRuntime hook, for some seconds only.',
    fleeting: true,
    async play(node) {
      const containerd = await node.containerd()
      await containerd.runSpec('web', await writeSpec(node.world, 'web', '/default/web', hangingHook))
      await until('the hook runs', () => processes(node.world).some(({ argv }) => argv.includes('3601')))
      return healthy(node)
    },
  },
  {
    name: 'container-created',
    story:
      'containerd 1.6.20: a task that was created through the API and not started; `runc init` waits for its fifo.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.create('web', await writeSpec(node.world, 'web', '/default/web'))
      return healthy(node)
    },
  },
  {
    name: 'container-created-by-runc',
    story: 'runc 1.1.5 by hand, no containerd: `runc create` leaves `runc init` to init. It never had a keeper.',
    async play(node) {
      await writeSpec(node.world, 'web', '/by-hand/web')
      const script = 'cd /run/specs/web && runc create --pid-file pid web < /dev/null > log 2>&1 && cat pid'
      const pid = Number(await node.world.run('sh', '-c', script))
      const [listed] = JSON.parse(await node.world.run('runc', 'list', '--format', 'json')) as {
        pid: number
        status: string
      }[]
      if (listed?.pid !== pid || listed.status !== 'created') throw new Error(`runc says ${JSON.stringify(listed)}`)
      const container = { id: 'web', containerdNamespace: null, state: 'created', pid, shim: null } as const
      return {
        truth: { shims: [], containers: [{ ...container, role: 'container', name: null, pod: null }] },
        verdicts: [],
      }
    },
  },
  {
    name: 'container-without-first-thread',
    story:
      'containerd 1.6.20: the first thread of a container init has ended, another works on: `Zsl` in ps, and no fault.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web', { command: ['leader-exits'] })
      const played = await healthy(node)
      await inState(node.world, played.truth.containers[0]?.pid ?? Number.NaN, 'Z')
      return played
    },
  },
  {
    name: 'task-stopped',
    story:
      'containerd 1.6.20: the program of a `ctr` container has ended; its task stays STOPPED until someone deletes it.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('job', { command: ['true'] })
      await until('the task is stopped', async () => (await containerd.tasks())[0]?.status === 'STOPPED')
      return healthy(node)
    },
  },
  {
    name: 'task-deleted',
    story: 'containerd 1.6.20: killed, deleted, and nothing is left of shim and bundle.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      const shim = shimOf(node.world, 'web')
      await containerd.ctr('default', 'task', 'delete', '--force', 'web')
      await gone(node.world, shim)
      return healthy(node)
    },
  },
]
