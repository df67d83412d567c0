import { until } from '../support/until.ts'
import type { Played, Scenario } from './scenario.ts'

const tasks = '/run/containerd/io.containerd.runtime.v2.task'
const goneId = 'c0ffee'.repeat(10) + 'beef'
const podUid = '0f9f1f0e-2222-4222-8333-000000000009'

/** What is left lying about, and what it takes away from others. */
export const litterScenarios: readonly Scenario[] = [
  {
    name: 'cgroup-litter',
    story:
      'containerd 1.6.20, cgroup v1: in every hierarchy an empty cgroup of a container that is gone, as an engine leaves it that was killed; beside it a stopped task keeps its own.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      await containerd.run('job', { command: ['true'] })
      await until('the task is stopped', async () =>
        (await containerd.tasks()).some(({ status }) => status === 'STOPPED'),
      )
      const script = `for hierarchy in /sys/fs/cgroup/*/; do mkdir -p $hierarchy/kubepods/burstable/pod${podUid}/${goneId}; done`
      await node.world.run('sh', '-c', script)
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'cgroup-litter', kind: 'cgroup', of: '/sys/fs/cgroup/freezer' }],
      }
    },
  },
  {
    name: 'bundle-litter',
    story: 'containerd 1.6.20: the bundle of a container is full of pid files of sessions that have ended.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      await node.world.run(
        'sh',
        '-c',
        `cd ${tasks}/default/web && for at in $(seq 600); do echo -n 4000$at > $at.pid; done`,
      )
      return { truth: await node.truth(), verdicts: [{ code: 'bundle-litter', kind: 'bundle', of: 'web' }] }
    },
  },
  {
    name: 'bundle-removal-given-up',
    story:
      'containerd 1.6.20: a bundle was renamed to be removed (atomicDelete) and is still there; containerd skips such names.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      await node.world.run(
        'sh',
        '-c',
        `mkdir -p ${tasks}/default/.db/rootfs && echo '{}' > ${tasks}/default/.db/config.json`,
      )
      await containerd.stop('KILL')
      await containerd.start()
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'bundle-litter', kind: 'bundle', of: `${tasks}/default` }],
      }
    },
  },
  {
    name: 'cgroup-driver-mismatch',
    story:
      "containerd 1.6.20, CRI, SystemdCgroup = false, asked for a pod in a slice of systemd, as kubelet does with systemd's driver.",
    async play(node): Promise<Played> {
      await node.containerd()
      const cgroupParent = (uid: string) =>
        `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`
      await (await node.cri()).runPod('web', ['app'], { cgroupParent })
      return {
        truth: await node.truth(),
        verdicts: [{ code: 'cgroup-driver-mismatch', kind: 'node', of: 'node' }],
      }
    },
  },
  {
    name: 'node-pids-exhaustion',
    story:
      'containerd 1.6.20 on a node with 1150 pids (kernel.pid_max of a pid namespace, Linux 6.14): the threads of one container take most of them.',
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web', { command: ['many-threads'] })
      const init = (await node.truth()).containers[0]?.pid ?? Number.NaN
      await until('its threads run', async () =>
        /^Threads:\t901$/m.test(await node.world.run('cat', `/proc/${init}/status`)),
      )
      const truth = await node.truth()
      await node.world.run('sh', '-c', 'echo 1150 > /proc/sys/kernel/pid_max')
      return { truth, verdicts: [{ code: 'node-pids-exhaustion', kind: 'node', of: 'node' }] }
    },
  },
]
