import { gone, processes, shimOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { healthy, type Scenario } from './scenario.ts'

const podOf = (...containers: string[]): Scenario => ({
  name: `pod-of-${containers.length}`,
  story: `containerd 1.6.20, CRI: one shim keeps the sandbox and ${containers.length} containers of a pod.`,
  async play(node) {
    await node.containerd()
    await (await node.cri()).runPod('web', containers)
    return healthy(node)
  },
})

/** Real pods, through the interface that kubelet uses. */
export const podScenarios: readonly Scenario[] = [
  podOf(),
  podOf('app'),
  podOf('app', 'proxy', 'logs'),
  {
    name: 'pod-between-restarts',
    story:
      'containerd 1.6.20, CRI: the only container of a pod was killed and collected; its sandbox waits for the next.',
    async play(node) {
      const containerd = await node.containerd()
      const cri = await node.cri()
      const { containerIds } = await cri.runPod('web', ['app'])
      const app = (await containerd.tasks()).find(({ id }) => id === containerIds[0])
      await node.world.kill('KILL', app?.pid ?? Number.NaN)
      await until('only the sandbox is left', async () => (await containerd.tasks()).length === 1)
      return healthy(node)
    },
  },
  {
    name: 'pod-container-removed',
    story: 'containerd 1.6.20, CRI: kubelet stopped and removed one of two containers of a pod.',
    async play(node) {
      await node.containerd()
      const cri = await node.cri()
      const { containerIds } = await cri.runPod('web', ['app', 'proxy'])
      await cri.stopContainer(containerIds[0] ?? '')
      await cri.removeContainer(containerIds[0] ?? '')
      return healthy(node)
    },
  },
  {
    name: 'pod-removed',
    story:
      'containerd 1.6.20, CRI: kubelet stopped and removed a pod; nothing of it is left, another pod is untouched.',
    async play(node) {
      await node.containerd()
      const cri = await node.cri()
      const { sandboxId } = await cri.runPod('old', ['app'])
      await cri.runPod('web', ['app'])
      const shim = shimOf(node.world, sandboxId)
      await cri.removePod(sandboxId)
      await gone(node.world, shim)
      return healthy(node)
    },
  },
  {
    name: 'pod-containerd-2',
    story:
      'containerd 2.1.9, CRI: bootstrap.json in place of address, a sandbox file in the bundles of the containers.',
    node: { tree: 'forky' },
    async play(node) {
      await node.containerd()
      await (await node.cri()).runPod('web', ['app', 'proxy'])
      return healthy(node)
    },
  },
  {
    name: 'side-by-side',
    story:
      'containerd 1.6.20 with `ctr` containers of all three shim generations, CRI pods, and dockerd 20.10 with its own.',
    async play(node) {
      const dockerd = await node.dockerd() // first: else it would use the other's containerd
      const containerd = await node.containerd()
      await containerd.run('v1', { runtime: 'io.containerd.runtime.v1.linux' })
      await containerd.run('runc-v1', { runtime: 'io.containerd.runc.v1' })
      await containerd.run('runc-v2')
      await containerd.run('frozen')
      await containerd.ctr('default', 'task', 'pause', 'frozen')
      const cri = await node.cri()
      await cri.runPod('web', ['app', 'proxy'])
      await cri.runPod('db', ['postgres'])
      await dockerd.run('plain')
      await dockerd.run('with-init', '--init')
      await dockerd.docker('exec', '-d', 'plain', 'sleep', '3602')
      await until('the exec runs', () => processes(node.world).some(({ argv }) => argv.includes('3602')))
      return healthy(node)
    },
  },
]
