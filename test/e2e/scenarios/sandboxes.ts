import { gone, killed, shimOf } from '../support/processes.ts'
import type { Containerd } from '../support/containerd.ts'
import type { PodOptions } from '../support/cri.ts'
import type { Node } from '../support/node.ts'
import { until } from '../support/until.ts'
import { type Played, type Scenario, shimless } from './scenario.ts'

async function runPod(node: Node, containers = ['app', 'proxy'], options: PodOptions = {}) {
  const containerd = await node.containerd()
  const cri = await node.cri()
  const pod = await cri.runPod('web', containers, options)
  return { containerd, cri, pod, truth: await node.truth() }
}

/** Kills the sandbox of a pod with two containers; the runtime collects it, the containers stay. */
async function killPause(node: Node): Promise<Played & { containerd: Containerd }> {
  const { containerd, pod, truth } = await runPod(node)
  const pause = truth.containers.find(({ id }) => id === pod.sandboxId)
  await node.world.kill('KILL', pause?.pid ?? Number.NaN)
  await until('the sandbox is collected', async () => (await containerd.tasks()).length === 2)
  const shim = shimOf(node.world, pod.sandboxId)
  await until('its bundle is deleted', async () =>
    (await node.world.run('readlink', `/proc/${shim}/cwd`)).includes('(deleted)'),
  )
  return { containerd, truth: await node.truth(), verdicts: [{ code: 'sandbox-dead', kind: 'shim', of: shim }] }
}

/** Pods that have lost their sandbox or their shim. */
export const sandboxScenarios: readonly Scenario[] = [
  {
    name: 'sandbox-dead',
    story:
      'containerd 1.6.20, CRI: pause was killed; bundle and task of the sandbox are gone, two containers still run.',
    play: killPause,
  },
  {
    name: 'sandbox-dead-containerd-2',
    story:
      'containerd 2.1.9, CRI: pause was killed; bundle and task of the sandbox are gone, two containers still run.',
    node: { tree: 'forky' },
    play: killPause,
  },
  {
    name: 'pod-shim-killed-containerd-2',
    story:
      'containerd 2.1.9, CRI: the shim of a pod was killed; CRI says EXITED and NOTREADY, the container runs on under init and holds port 8080.',
    node: { tree: 'forky' },
    async play(node): Promise<Played> {
      const command = ['httpd', '-f', '-p', '8080']
      const { containerd, cri, pod, truth: before } = await runPod(node, ['app'], { command })
      const pause = before.containers.find(({ role }) => role === 'sandbox')?.pid ?? Number.NaN
      await until('it listens', async () =>
        / [0:]+:1F90 /.test(await node.world.run('cat', '/proc/net/tcp6', '/proc/net/tcp')),
      )
      await node.world.kill('KILL', shimOf(node.world, pod.sandboxId))
      await gone(node.world, pause)
      await until('CRI has given it up', async () =>
        (await cri.containers()).every(({ state }) => state === 'CONTAINER_EXITED'),
      )
      await until('no task is left', async () => (await containerd.tasks()).length === 0)
      const survivors = before.containers.filter(({ role }) => role === 'container')
      return {
        truth: { shims: [], containers: survivors.map((container) => ({ ...container, shim: null })) },
        verdicts: survivors.map(({ id }) => ({
          code: 'container-shimless',
          kind: 'container',
          of: id,
          says: /container app of pod default\/web runs as pid \d+, listens at port 8080, and its shim is gone/,
        })),
      }
    },
  },
  {
    name: 'sandbox-dead-containerd-restarted',
    story:
      'containerd 1.6.20, CRI: pause was killed, then containerd was restarted; it tracks the two containers again.',
    async play(node): Promise<Played> {
      const { containerd, ...played } = await killPause(node)
      await containerd.stop('KILL')
      await containerd.start()
      await until('both tasks are back', async () => (await containerd.tasks()).length === 2)
      return played
    },
  },
  {
    name: 'pod-shim-killed-containerd-down',
    story: 'containerd 1.6.20 is down and the shim of a pod was killed: sandbox and containers run on under init.',
    async play(node): Promise<Played> {
      const { containerd, pod, truth } = await runPod(node)
      await containerd.stop('KILL')
      const shim = shimOf(node.world, pod.sandboxId)
      await killed(node.world, shim)
      return {
        truth: shimless(truth),
        verdicts: truth.containers.map(({ id }) => ({ code: 'container-shimless', kind: 'container', of: id })),
      }
    },
  },
  {
    name: 'pod-shim-killed-containerd-up',
    story: 'containerd 1.6.20, CRI: the shim of a pod was killed; containerd noticed and ended the whole pod.',
    async play(node): Promise<Played> {
      const { containerd, pod, truth } = await runPod(node)
      await node.world.kill('KILL', shimOf(node.world, pod.sandboxId))
      await gone(node.world, ...truth.containers.map(({ pid }) => pid ?? Number.NaN))
      await until('no task is left', async () => (await containerd.tasks()).length === 0)
      return { truth: { shims: [], containers: [] }, verdicts: [] }
    },
  },
  {
    name: 'pod-container-killed-containerd-back',
    story: 'containerd 1.6.20, CRI: a container was killed while it was down; back again, it collected the exit.',
    async play(node): Promise<Played> {
      const { containerd, pod, truth } = await runPod(node)
      const app = truth.containers.find(({ id }) => id === pod.containerIds[0])?.pid ?? Number.NaN
      await containerd.stop('KILL')
      await killed(node.world, app)
      await containerd.start()
      await until('its task is deleted', async () => (await containerd.tasks()).length === 2)
      return { truth: await node.truth(), verdicts: [] }
    },
  },
]
