import { gone, inState, killed, processes } from '../support/processes.ts'
import { nameless } from '../support/truth.ts'
import { until } from '../support/until.ts'
import { healthy, type Played, type Scenario } from './scenario.ts'

/** podman 4.3.1 and its monitor, conmon 2.1.6: no daemon, and nothing that tracks a container but its conmon. */
export const podmanScenarios: readonly Scenario[] = [
  {
    name: 'podman',
    story: 'podman 4.3.1: each container has a conmon of its own, adopted by init, and no daemon.',
    async play(node) {
      const podman = await node.podman()
      await podman.run('web')
      await podman.run('db')
      return healthy(node)
    },
  },
  {
    name: 'podman-exec-session',
    story: 'podman 4.3.1: `podman exec -d` has a second conmon for the same container, which keeps the session only.',
    async play(node) {
      const podman = await node.podman()
      await podman.run('web')
      await podman.podman('exec', '-d', 'web', 'sleep', '3602')
      await until('the session runs', () => processes(node.world).some(({ argv }) => argv.join(' ') === 'sleep 3602'))
      return healthy(node)
    },
  },
  {
    name: 'podman-paused',
    story: 'podman 4.3.1: one container is paused, its processes in state D; another runs.',
    async play(node) {
      const podman = await node.podman()
      await podman.run('frozen')
      await podman.podman('pause', 'frozen')
      await podman.run('web')
      return healthy(node)
    },
  },
  {
    name: 'podman-pod',
    story: 'podman 4.3.1: a pod with an infra container and two others; three conmons, one for each.',
    async play(node) {
      const podman = await node.podman()
      await podman.createPod('shop')
      await podman.run('web', '--pod', 'shop')
      await podman.run('db', '--pod', 'shop')
      return healthy(node)
    },
  },
  {
    name: 'podman-stopped',
    story: 'podman 4.3.1: a container was stopped; its conmon cleaned up and went with it. Another runs.',
    async play(node) {
      const podman = await node.podman()
      const job = await podman.run('job')
      await podman.run('web')
      const conmon = (await podman.containers()).find(({ id }) => id === job)?.conmon ?? Number.NaN
      await podman.podman('stop', '--time', '0', 'job')
      await gone(node.world, conmon)
      return healthy(node)
    },
  },
  {
    name: 'podman-conmon-killed',
    story: 'podman 4.3.1: conmon was killed; its container runs on under init, and nobody will learn how it ends.',
    async play(node): Promise<Played> {
      const podman = await node.podman()
      const web = await podman.run('web')
      await podman.run('db')
      const conmon = (await podman.containers()).find(({ id }) => id === web)?.conmon ?? Number.NaN
      await killed(node.world, conmon)
      const truth = await node.truth()
      return {
        // Its name was in conmon's command line and nowhere else.
        truth: { ...truth, containers: truth.containers.map((one) => (one.id === web ? nameless(one) : one)) },
        verdicts: [{ code: 'container-shimless', kind: 'container', of: web }],
      }
    },
  },
  {
    name: 'podman-conmon-zombies',
    story: 'podman 4.3.1 on a node whose PID 1 does not reap: a zombie conmon for every container that ended.',
    node: { init: 'cat' },
    async play(node): Promise<Played> {
      const podman = await node.podman()
      for (const name of ['first', 'second']) {
        const id = await podman.run(name)
        const conmon = (await podman.containers()).find((one) => one.id === id)?.conmon ?? Number.NaN
        await podman.podman('stop', '--time', '0', name)
        await inState(node.world, conmon, 'Z')
      }
      await podman.run('third')
      return { truth: await node.truth(), verdicts: [{ code: 'shim-zombie', kind: 'process', of: 1 }] }
    },
  },
]
