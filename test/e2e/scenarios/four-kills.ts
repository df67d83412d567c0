import type { Containerd, Runtime } from '../support/containerd.ts'
import type { Node } from '../support/node.ts'
import { gone, killed, shimOf } from '../support/processes.ts'
import type { Truth } from '../support/truth.ts'
import { until } from '../support/until.ts'
import { healthy, type Scenario } from './scenario.ts'

const generations: Record<string, Runtime> = {
  v1: 'io.containerd.runtime.v1.linux',
  'runc-v1': 'io.containerd.runc.v1',
  'runc-v2': 'io.containerd.runc.v2',
}
const ids = Object.keys(generations)

/** One container per shim generation, and what was true while all was well. */
async function threeGenerations(
  node: Node,
): Promise<{ containerd: Containerd; truth: Truth; shims: number[]; inits: number[] }> {
  const containerd = await node.containerd()
  for (const [id, runtime] of Object.entries(generations)) await containerd.run(id, { runtime })
  const truth = await node.truth()
  const inits = truth.containers.map(({ pid }) => pid ?? Number.NaN)
  return { containerd, truth, shims: ids.map((id) => shimOf(node.world, id)), inits }
}

const without = (truth: Truth): Truth => ({
  shims: [],
  containers: truth.containers.map((container) => ({ ...container, shim: null })),
})
const stopped = (truth: Truth): Truth => ({
  ...truth,
  containers: truth.containers.map((container) => ({ ...container, state: 'stopped', pid: null, shim: undefined })),
})

/** Shim or container killed, with containerd up or down; and containerd itself. */
export const fourKills: readonly Scenario[] = [
  {
    name: 'containerd-killed',
    story: 'containerd 1.6.20 was killed: shims of all generations keep their containers, nobody keeps the shims.',
    async play(node) {
      const { containerd, truth, shims } = await threeGenerations(node)
      await containerd.stop('KILL')
      return { truth, verdicts: shims.map((pid) => ({ code: 'shim-daemonless', kind: 'shim', of: pid })) }
    },
  },
  {
    name: 'containerd-restarted',
    story:
      'containerd 1.6.20 was killed and started again: it found every shim; the v1 shim now belongs to init for ever.',
    async play(node) {
      const { containerd } = await threeGenerations(node)
      await (await node.cri()).runPod('web', ['app'])
      await containerd.stop('KILL')
      await containerd.start()
      await until('all tasks are back', async () => (await containerd.tasks()).length === ids.length + 2)
      return healthy(node)
    },
  },
  {
    name: 'containerd-stopped-and-started',
    story: 'containerd 1.6.20 was stopped in good order (SIGTERM) and started again, as an upgrade does.',
    async play(node) {
      const { containerd } = await threeGenerations(node)
      await containerd.stop('TERM')
      await containerd.start()
      await until('all tasks are back', async () => (await containerd.tasks()).length === ids.length)
      return healthy(node)
    },
  },
  {
    name: 'shim-killed-containerd-up',
    story: 'containerd 1.6.20: the shims were killed; containerd noticed, killed their containers and cleaned up.',
    async play(node) {
      const { containerd, shims, inits } = await threeGenerations(node)
      await node.world.kill('KILL', ...shims)
      await gone(node.world, ...inits)
      await until('containerd has forgotten them', async () => (await containerd.tasks()).length === 0)
      return healthy(node)
    },
  },
  {
    name: 'shim-killed-containerd-down',
    story: 'containerd 1.6.20 is down and the shims were killed: their containers run on as children of init.',
    async play(node) {
      const { containerd, truth, shims } = await threeGenerations(node)
      await containerd.stop('KILL')
      await killed(node.world, ...shims)
      return {
        truth: without(truth),
        verdicts: ids.map((id) => ({ code: 'container-shimless', kind: 'container', of: id })),
      }
    },
  },
  {
    name: 'shim-killed-containerd-back',
    story:
      'containerd 1.6.20: shims killed while it was down; back again, it killed their containers ("cleaning up dead shim").',
    async play(node) {
      const { containerd, shims, inits } = await threeGenerations(node)
      await containerd.stop('KILL')
      await node.world.kill('KILL', ...shims)
      await containerd.start()
      await gone(node.world, ...inits)
      return healthy(node)
    },
  },
  {
    name: 'container-killed-containerd-up',
    story: 'containerd 1.6.20: the inits were killed; `ctr` leaves such tasks STOPPED, which is no fault.',
    async play(node) {
      const { containerd, inits } = await threeGenerations(node)
      await node.world.kill('KILL', ...inits)
      await until('all are stopped', async () => (await containerd.tasks()).every(({ status }) => status === 'STOPPED'))
      return healthy(node)
    },
  },
  {
    name: 'container-killed-containerd-down',
    story: 'containerd 1.6.20 is down and the inits were killed: shims without containers and without a daemon.',
    async play(node) {
      const { containerd, truth, shims, inits } = await threeGenerations(node)
      await containerd.stop('KILL')
      await killed(node.world, ...inits)
      return {
        truth: stopped(truth),
        verdicts: shims.map((pid) => ({ code: 'shim-daemonless', kind: 'shim', of: pid })),
      }
    },
  },
  {
    name: 'container-killed-containerd-back',
    story: 'containerd 1.6.20: inits killed while it was down; back again, it lists their tasks as STOPPED.',
    async play(node) {
      const { containerd, inits } = await threeGenerations(node)
      await containerd.stop('KILL')
      await killed(node.world, ...inits)
      await containerd.start()
      await until('all tasks are back', async () => (await containerd.tasks()).length === ids.length)
      return healthy(node)
    },
  },
]
