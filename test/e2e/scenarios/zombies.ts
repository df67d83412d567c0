import { gone, inState, processes, shimOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import type { Played, Scenario } from './scenario.ts'

const runtimeV1 = 'io.containerd.runtime.v1.linux'

/** The dead that nobody buries. */
export const zombieScenarios: readonly Scenario[] = [
  {
    name: 'shim-zombie-under-containerd',
    story: 'containerd 1.6.20 is stopped (SIGSTOP): a killed v1 shim stays a zombie, as containerd is its parent.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web', { runtime: runtimeV1 })
      const init = (await node.truth()).containers[0]?.pid ?? Number.NaN
      const shim = shimOf(node.world, 'web')
      await node.world.kill('STOP', containerd.pid())
      await node.world.kill('KILL', init, shim)
      await gone(node.world, init)
      await inState(node.world, shim, 'Z')
      return {
        truth: { shims: [], containers: [] },
        verdicts: [{ code: 'shim-zombie', kind: 'daemon', of: containerd.pid() }],
      }
    },
  },
  {
    name: 'shim-zombies-under-init',
    story: 'containerd 1.6.20 on a node whose PID 1 does not reap: one zombie shim per container that ever ran.',
    node: { init: 'cat' },
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      const shims: number[] = []
      for (const id of ['first', 'second']) {
        await containerd.run(id)
        shims.push(shimOf(node.world, id))
        await containerd.ctr('default', 'task', 'delete', '--force', id)
      }
      for (const shim of shims) await inState(node.world, shim, 'Z')
      await containerd.run('third')
      return { truth: await node.truth(), verdicts: [{ code: 'shim-zombie', kind: 'process', of: 1 }] }
    },
  },
  {
    name: 'container-zombies',
    story:
      'containerd 1.6.20: the init of a container has become a program that does not reap the children it inherited.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web', { command: ['sh', '-c', 'true & true & exec sleep 3600'] })
      await until('two zombies', () => processes(node.world).filter(({ state }) => state === 'Z').length === 2)
      return { truth: await node.truth(), verdicts: [{ code: 'container-zombies', kind: 'container', of: 'web' }] }
    },
  },
  {
    name: 'container-init-cannot-end',
    story:
      'containerd 1.6.20: a killed container init waits in zap_pid_ns_processes for a process that joined its pid namespace ' +
      'from outside and whose parent, a stopped nsenter, does not reap it. `ctr` says RUNNING.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      const truth = await node.truth()
      const init = truth.containers[0]?.pid ?? Number.NaN
      const visitor = await node.world.start('/run/visitor.log', 'nsenter', '-t', `${init}`, '-p', 'sleep', '3602')
      await until('the visitor is inside', () =>
        processes(node.world).some(({ ppid, comm }) => ppid === visitor && comm === 'sleep'),
      )
      await node.world.kill('STOP', visitor)
      await inState(node.world, visitor, 'T')
      await node.world.kill('KILL', init)
      await until(
        'the init hangs',
        async () => (await node.world.run('cat', `/proc/${init}/wchan`)) === 'zap_pid_ns_processes',
      )
      return { truth, verdicts: [{ code: 'container-init-zombie', kind: 'container', of: 'web' }] }
    },
  },
]
