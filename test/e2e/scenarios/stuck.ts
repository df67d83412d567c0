import { writeFileSync } from 'node:fs'
import type { Node } from '../support/node.ts'
import { aged, inState, killed, processes, processOf, shimOf } from '../support/processes.ts'
import { writeSpec } from '../support/spec.ts'
import { until } from '../support/until.ts'
import { healthy, type Played, type Scenario, shimless } from './scenario.ts'
import { unnoticedExit } from './unnoticed-exit.ts'

const tasks = '/run/containerd/io.containerd.runtime.v2.task'

/** A task that waits to be started; the pid of its `runc init`. */
async function createOnly(node: Node, namespace: string): Promise<number> {
  const containerd = await node.containerd()
  await containerd.create('web', await writeSpec(node.world, 'web', `/${namespace}/web`), namespace)
  return (await node.truth()).containers[0]?.pid ?? Number.NaN
}

const freeze = (node: Node, cgroup: string) =>
  writeFileSync(node.world.path(`/sys/fs/cgroup/freezer${cgroup}/freezer.state`), 'FROZEN')

/** What does not go on. Those that measure an age in seconds come first: they wait while others run. */
export const stuckScenarios: readonly Scenario[] = [
  {
    name: 'runc-init-frozen',
    story: 'containerd 1.6.20, cgroup v1: the cgroup of a created task was frozen, and `runc init` in it cannot go on.',
    async play(node): Promise<Played> {
      const init = await createOnly(node, 'default')
      const truth = await node.truth()
      freeze(node, '/default/web')
      await inState(node.world, init, 'D')
      await aged(node.world, init, 31)
      return { truth, verdicts: [{ code: 'engine-stuck', kind: 'process', of: init }] }
    },
  },
  {
    name: 'runc-init-not-started',
    story: 'containerd 1.6.20, namespace moby: `runc init` has waited at its exec.fifo for more than half a minute.',
    async play(node): Promise<Played> {
      const init = await createOnly(node, 'moby')
      await aged(node.world, init, 31)
      return { truth: await node.truth(), verdicts: [{ code: 'engine-stuck', kind: 'process', of: init }] }
    },
  },
  {
    name: 'pod-exit-lost',
    story:
      'containerd 1.6.20 is stopped (SIGSTOP): a container of a pod has ended and its shim has told nobody; the sandbox lives.',
    async play(node): Promise<Played> {
      const { pod, truth } = await unnoticedExit(node)
      return {
        truth,
        verdicts: [{ code: 'shim-exit-uncollected', kind: 'shim', of: shimOf(node.world, pod.sandboxId) }],
      }
    },
  },
  {
    name: 'shim-reaper-stuck',
    story:
      'containerd 1.6.20, cgroup v1: a shim was frozen; sessions in its container have ended since, and nobody reaps them.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      for (const id of ['one', 'two']) {
        await containerd.ctr('default', 'task', 'exec', '-d', '--exec-id', id, 'web', 'sleep', '3602')
      }
      const truth = await node.truth()
      const shim = shimOf(node.world, 'web')
      const sessions = processes(node.world).filter(({ ppid, argv }) => ppid === shim && argv.includes('3602'))
      await node.world.run(
        'sh',
        '-c',
        `mkdir /sys/fs/cgroup/freezer/held && echo ${shim} > /sys/fs/cgroup/freezer/held/cgroup.procs`,
      )
      freeze(node, '/held')
      await inState(node.world, shim, 'D')
      await node.world.kill('KILL', ...sessions.map(({ pid }) => pid))
      for (const { pid } of sessions) await inState(node.world, pid, 'Z')
      return { truth, verdicts: [{ code: 'shim-reaper-stuck', kind: 'shim', of: shim }] }
    },
  },
  {
    name: 'container-output-blocked',
    story:
      'containerd 1.6.20 is stopped (SIGSTOP) and reads no output: a container that writes much waits in its pipe.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      const command = ['sh', '-c', 'sleep 2; while true; do echo 0123456789012345678901234567890123456789; done']
      const pod = await (await node.cri()).runPod('web', ['app'], { command })
      const truth = await node.truth()
      const app = truth.containers.find(({ role }) => role === 'container')?.pid ?? Number.NaN
      await node.world.kill('STOP', containerd.pid())
      await until('it waits', async () => /pipe_write$/.test(await node.world.run('cat', `/proc/${app}/wchan`)))
      return { truth, verdicts: [{ code: 'container-blocked', kind: 'container', of: pod.containerIds[0] ?? '' }] }
    },
  },
  {
    name: 'container-in-kernel',
    story:
      'containerd 1.6.20: the init of a container waits in the kernel (vfork) and is in state D; nobody has paused it.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web', { command: ['waits-for-child'] })
      const { containers } = await node.truth()
      await inState(node.world, containers[0]?.pid ?? Number.NaN, 'D')
      return { truth: await node.truth(), verdicts: [{ code: 'container-blocked', kind: 'container', of: 'web' }] }
    },
  },
  {
    name: 'rootfs-busy',
    story:
      'containerd 1.6.20: a shell of the node stands in the root of a container that has ended; deleting its task fails with EBUSY.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      const init = (await node.truth()).containers[0]?.pid ?? Number.NaN
      const inside = await node.world.start(
        '/run/inside.log',
        'sh',
        '-c',
        `cd ${tasks}/default/web/rootfs && exec sleep 3603`,
      )
      await until('it is inside', async () =>
        (await node.world.run('readlink', `/proc/${inside}/cwd`)).includes('rootfs'),
      )
      await killed(node.world, init)
      const { stderr } = await node.world.attempt('ctr', 'task', 'delete', 'web')
      if (!stderr.includes('device or resource busy')) throw new Error(`the task could be deleted: ${stderr}`)
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'rootfs-busy', kind: 'mount', of: `${tasks}/default/web/rootfs` }],
      }
    },
  },
  {
    name: 'exec-outlives-session',
    story:
      'containerd 1.6.20: a program that an exec session left in the background is now a child of the init of the container.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.ctr(
        'default',
        'task',
        'exec',
        '--exec-id',
        'job',
        'web',
        'sh',
        '-c',
        'sleep 3602 > /dev/null 2>&1 &',
      )
      const init = (await node.truth()).containers[0]?.pid
      await until('it has a new parent', () =>
        processes(node.world).some(({ ppid, argv }) => ppid === init && argv.includes('3602')),
      )
      return healthy(node)
    },
  },
  {
    name: 'shim-killed-container-paused',
    story:
      'containerd 1.6.20, cgroup v1, is down and the shim of a paused container was killed: frozen, and a child of init.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.ctr('default', 'task', 'pause', 'web')
      const truth = await node.truth()
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
    name: 'leftover-of-host-pid-container',
    story:
      'containerd 1.6.20 is down; a container in the pid namespace of the node lost its init and its shim: what it had left in the background runs on under process 1.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.ctr(
        'default',
        'run',
        '-d',
        '--with-ns',
        'pid:/proc/1/ns/pid',
        'docker.io/library/busybox:e2e',
        'web',
        'sh',
        '-c',
        'sleep 3602 & sleep 3600',
      )
      const truth = await node.truth()
      const init = truth.containers[0]?.pid ?? Number.NaN
      const leftover = await until('its child runs', () =>
        processes(node.world).find(({ ppid, argv }) => ppid === init && argv.includes('3602')),
      )
      await containerd.stop('KILL')
      const shim = shimOf(node.world, 'web')
      await killed(node.world, shim, init)
      const others = processes(node.world).filter(({ ppid, argv }) => ppid === 1 && argv.includes('3600'))
      if (others.length > 0) await node.world.kill('KILL', ...others.map(({ pid }) => pid))
      await until('process 1 has it', () => processOf(node.world, leftover.pid)?.ppid === 1)
      return {
        truth: {
          shims: [],
          containers: truth.containers.map((container) => ({ ...container, pid: leftover.pid, shim: null })),
        },
        verdicts: [{ code: 'container-shimless', kind: 'container', of: 'web' }],
      }
    },
  },
]
