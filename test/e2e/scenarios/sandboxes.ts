import { gone, shimOf } from '../support/processes.ts'
import type { Node } from '../support/node.ts'
import { nameless } from '../support/truth.ts'
import { until } from '../support/until.ts'
import type { Played, Scenario } from './scenario.ts'

/** Kills the sandbox of a pod with two containers; the runtime collects it, the containers stay. */
async function killPause(node: Node): Promise<Played> {
  const containerd = await node.containerd()
  const pod = await (await node.cri()).runPod('web', ['app', 'proxy'])
  const pause = (await containerd.tasks()).find(({ id }) => id === pod.sandboxId)
  await node.world.kill('KILL', pause?.pid ?? Number.NaN)
  await until('the sandbox is collected', async () => (await containerd.tasks()).length === 2)
  const shim = shimOf(node.world, pod.sandboxId)
  await until('its bundle is deleted', async () =>
    (await node.world.run('readlink', `/proc/${shim}/cwd`)).includes('(deleted)'),
  )
  return { truth: await node.truth(), verdicts: [{ code: 'sandbox-dead', kind: 'shim', of: shim }] }
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
      'containerd 2.1.9, CRI: the shim of a pod was killed; CRI says EXITED and NOTREADY, the containers run on under init.',
    node: { tree: 'forky' },
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      const cri = await node.cri()
      const pod = await cri.runPod('web', ['app', 'proxy'])
      const before = await node.truth()
      const pause = before.containers.find(({ role }) => role === 'sandbox')?.pid ?? Number.NaN
      await node.world.kill('KILL', shimOf(node.world, pod.sandboxId))
      await gone(node.world, pause)
      await until('CRI has given them up', async () =>
        (await cri.containers()).every(({ state }) => state === 'CONTAINER_EXITED'),
      )
      await until('no task is left', async () => (await containerd.tasks()).length === 0)
      const survivors = before.containers.filter(({ role }) => role === 'container')
      return {
        truth: {
          shims: [],
          containers: survivors.map((container) => ({ ...nameless(container), shim: null })),
        },
        verdicts: survivors.map(({ id }) => ({ code: 'container-shimless', kind: 'container', of: id })),
      }
    },
  },
]
