import type { Node } from '../support/node.ts'
import { gone, inState, killed, shimOf } from '../support/processes.ts'
import { nameless, type Truth } from '../support/truth.ts'
import { until } from '../support/until.ts'
import type { Played, Scenario } from './scenario.ts'

const tasks = '/run/containerd/io.containerd.runtime.v2.task'

/** Stops containerd, takes the bundles of all tasks away, starts it: it knows nothing of them any more. */
async function forget(node: Node): Promise<{ truth: Truth; ctrShim: number; podShim: number }> {
  const containerd = await node.containerd()
  await containerd.run('web')
  const pod = await (await node.cri()).runPod('shop', ['app'])
  const remembered = await node.truth()
  const truth = { ...remembered, containers: remembered.containers.map(nameless) }
  await containerd.stop('TERM')
  await node.world.run('sh', '-c', `for bundle in ${tasks}/*/*; do umount $bundle/rootfs; rm -r $bundle; done`)
  await containerd.start()
  if ((await containerd.tasks()).length > 0) throw new Error('containerd remembers what it should have forgotten')
  return { truth, ctrShim: shimOf(node.world, 'web'), podShim: shimOf(node.world, pod.sandboxId) }
}

/** A shim that is stopped while containerd restarts: containerd waits five seconds, then gives it up. */
async function wedge(node: Node): Promise<{ shim: number; init: number }> {
  const containerd = await node.containerd()
  await containerd.run('web')
  const { containers } = await node.truth()
  const shim = shimOf(node.world, 'web')
  await node.world.kill('STOP', shim)
  await inState(node.world, shim, 'T')
  await containerd.stop('KILL')
  await containerd.start()
  return { shim, init: containers[0]?.pid ?? Number.NaN }
}

/** Shims that containerd has let go of. */
export const letGo: readonly Scenario[] = [
  {
    name: 'shim-abandoned',
    story:
      'containerd 1.6.20 came back without the bundles of two running tasks: CRI says EXITED, the workload runs on.',
    async play(node) {
      const { truth, ctrShim, podShim } = await forget(node)
      return { truth, verdicts: [ctrShim, podShim].map((pid) => ({ code: 'shim-abandoned', kind: 'shim', of: pid })) }
    },
  },
  {
    name: 'shim-leaked',
    story: 'containerd 1.6.20 came back without the bundles of two tasks, whose containers then ended: two idle shims.',
    async play(node) {
      const { truth, ctrShim, podShim } = await forget(node)
      const inits = truth.containers.map(({ pid }) => pid ?? Number.NaN)
      await killed(node.world, ...inits)
      return {
        truth: { ...truth, containers: [] },
        verdicts: [ctrShim, podShim].map((pid) => ({ code: 'shim-leaked', kind: 'shim', of: pid })),
      }
    },
  },
  {
    name: 'shim-wedged',
    story:
      'containerd 1.6.20 was restarted while a shim was stopped: it waited for an answer, killed the container, gave up.',
    async play(node): Promise<Played> {
      const { shim, init } = await wedge(node)
      await inState(node.world, init, 'Z') // its own parent is the shim, which cannot reap it
      return { truth: { shims: [shim], containers: [] }, verdicts: [{ code: 'shim-wedged', kind: 'shim', of: shim }] }
    },
  },
  {
    name: 'shim-wedged-containerd-waiting',
    story: 'containerd 1.6.20 is starting and waits for a stopped shim to accept its connection (a row in state 02).',
    fleeting: true,
    async play(node): Promise<Played> {
      const containerd = await node.containerd()
      await containerd.run('web')
      const truth = await node.truth()
      const shim = shimOf(node.world, 'web')
      await node.world.kill('STOP', shim)
      await containerd.stop('KILL')
      await containerd.launch()
      await until('a connection waits', async () =>
        / 02 +0 \/run\/containerd\/s\//.test(await node.world.run('cat', '/proc/net/unix')),
      )
      return { truth, verdicts: [{ code: 'shim-wedged', kind: 'shim', of: shim }] }
    },
  },
  {
    name: 'shim-leaked-after-wedge',
    story: 'containerd 1.6.20 had given up a stopped shim and deleted its bundle; continued, the shim idles for ever.',
    async play(node): Promise<Played> {
      const { shim, init } = await wedge(node)
      await node.world.kill('CONT', shim)
      await gone(node.world, init)
      return { truth: { shims: [shim], containers: [] }, verdicts: [{ code: 'shim-leaked', kind: 'shim', of: shim }] }
    },
  },
]
