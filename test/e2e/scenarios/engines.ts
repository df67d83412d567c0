import { crun, runsc } from '../support/containerd.ts'
import { aged, killed, processes, shimOf } from '../support/processes.ts'
import { hangingHook, writeSpec } from '../support/spec.ts'
import { until } from '../support/until.ts'
import type { Node } from '../support/node.ts'
import { healthy, type Played, type Scenario, shimless } from './scenario.ts'

/** gVisor's network is that of a pod; a container of `ctr` has none, and its start fails. */
const withNetwork = { ...runsc, flags: [] }

async function startFails(node: Node): Promise<Played> {
  const containerd = await node.containerd()
  const said = await containerd.run('web', { engine: withNetwork }).then(String, String)
  if (!said.includes('OCI runtime start failed')) throw new Error(`gVisor started: ${said}`)
  const played = await healthy(node)
  if (played.truth.containers[0]?.state !== 'created') throw new Error('nothing was left of the failed start')
  return played
}

async function runInGvisor(node: Node): Promise<Played> {
  const containerd = await node.containerd()
  await containerd.run('web', { engine: runsc })
  return healthy(node)
}

/** Engines that stand in for runc under runc's own shim. */
export const engineScenarios: readonly Scenario[] = [
  {
    name: 'gvisor-exec-lasting',
    story:
      'gVisor (runsc 20221219) under the runc shim of containerd 1.6.20: an exec session has lasted for more than half a minute.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web', { engine: runsc })
      await containerd.ctr('default', 'task', 'exec', '-d', '--exec-id', 'debug', 'web', 'sleep', '3602')
      const session = await until('the session is there', () =>
        processes(node.world).find(({ argv }) => argv.includes('exec')),
      )
      await aged(node.world, session.pid, 31)
      return healthy(node)
    },
  },
  {
    name: 'gvisor',
    story:
      'gVisor (runsc 20221219) under the runc shim of containerd 1.6.20: its kernel is the init, its gofer no session.',
    play: runInGvisor,
  },
  {
    name: 'gvisor-containerd-2',
    story: 'gVisor (runsc of Debian forky, systrap) under the runc shim of containerd 2.1.9.',
    node: { tree: 'forky' },
    play: runInGvisor,
  },
  {
    name: 'gvisor-start-failed',
    story:
      'gVisor (runsc 20221219) under the runc shim of containerd 1.6.20: the start failed, shim, kernel and gofer stay, `ctr` says CREATED.',
    play: startFails,
  },
  {
    name: 'gvisor-start-failed-containerd-2',
    story:
      'gVisor (runsc of Debian forky) under the runc shim of containerd 2.1.9: the start failed, `ctr` says CREATED.',
    node: { tree: 'forky' },
    play: startFails,
  },
  {
    name: 'gvisor-shim-killed',
    story:
      'gVisor (runsc 20221219), containerd 1.6.20 is down and the shim was killed: kernel and gofer run on under init.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web', { engine: runsc })
      const { truth } = await healthy(node)
      await containerd.stop('KILL')
      const shim = shimOf(node.world, 'web')
      await killed(node.world, shim)
      return {
        truth: shimless(truth),
        verdicts: [{ code: 'container-shimless', kind: 'container', of: 'web' }],
      }
    },
  },
  {
    name: 'crun',
    story: 'crun 1.8.1 under the runc shim of containerd 1.6.20.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web', { engine: crun })
      return healthy(node)
    },
  },
  {
    name: 'crun-creating',
    story:
      'crun 1.8.1 under the runc shim of containerd 1.6.20: `crun create` waits for a hook; its init has the same command line.',
    fleeting: true,
    async play(node) {
      const containerd = await node.containerd()
      await containerd.runSpec('web', await writeSpec(node.world, 'web', '/default/web', hangingHook), { engine: crun })
      await until('the hook runs', () => processes(node.world).some(({ argv }) => argv.includes('3601')))
      return healthy(node)
    },
  },
]
