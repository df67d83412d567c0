import { processes, shimOf } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { healthy, type Scenario } from './scenario.ts'

/** dockerd 20.10 and the containerd that it starts. */
export const dockerScenarios: readonly Scenario[] = [
  {
    name: 'docker',
    story: 'dockerd 20.10.24: its own containerd, namespace moby, one shim per container.',
    async play(node) {
      const dockerd = await node.dockerd()
      await dockerd.run('web')
      return healthy(node)
    },
  },
  {
    name: 'docker-with-init',
    story: 'dockerd 20.10.24, `docker run --init`: docker-init is the init of the container.',
    async play(node) {
      const dockerd = await node.dockerd()
      await dockerd.run('web', '--init')
      return healthy(node)
    },
  },
  {
    name: 'docker-on-shared-containerd',
    story: 'dockerd 20.10.24 found a containerd 1.6.20 at its usual address and uses it, beside containers of `ctr`.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      const dockerd = await node.dockerd()
      await dockerd.run('web')
      return healthy(node)
    },
  },
  {
    name: 'docker-paused-and-exec',
    story: 'dockerd 20.10.24: one container paused, another with a `docker exec` session.',
    async play(node) {
      const dockerd = await node.dockerd()
      await dockerd.run('frozen')
      await dockerd.docker('pause', 'frozen')
      await dockerd.run('web')
      await dockerd.docker('exec', '-d', 'web', 'sleep', '3602')
      await until('the exec runs', () => processes(node.world).some(({ argv }) => argv.includes('3602')))
      return healthy(node)
    },
  },
  {
    name: 'docker-restarted',
    story: 'dockerd 20.10.24: a container killed from outside has been collected; another was started after it.',
    async play(node) {
      const dockerd = await node.dockerd()
      const id = await dockerd.run('first')
      const first = (await dockerd.containers()).find((container) => container.id === id)
      await node.world.kill('KILL', first?.pid ?? Number.NaN)
      await until('docker has noticed', async () => (await dockerd.containers())[0]?.status === 'exited')
      await until('its shim is gone', () => !processes(node.world).some(({ argv }) => argv.includes(id)))
      await dockerd.run('second')
      return healthy(node)
    },
  },
  {
    name: 'docker-killed',
    story: 'dockerd 20.10.24 was killed, and its containerd ended with it: shims of moby without a daemon.',
    async play(node) {
      const dockerd = await node.dockerd()
      const id = await dockerd.run('web')
      const truth = await node.truth()
      await dockerd.kill()
      return { truth, verdicts: [{ code: 'shim-daemonless', kind: 'shim', of: shimOf(node.world, id) }] }
    },
  },
  {
    name: 'docker-back-with-live-restore',
    story: 'dockerd 20.10.24 with live-restore was killed and started again: it found its containers, still running.',
    async play(node) {
      const dockerd = await node.dockerd('--live-restore')
      await dockerd.run('web')
      const before = await node.truth()
      await dockerd.kill()
      await dockerd.start()
      await until('its shim is tracked again', async () => {
        const { containers } = await node.truth()
        return containers[0]?.state === 'running' && containers[0].pid === before.containers[0]?.pid
      })
      return healthy(node)
    },
  },
]
