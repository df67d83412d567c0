import type { Node } from '../support/node.ts'
import { startNestedDocker } from '../support/nested-docker.ts'
import { startNestedNode } from '../support/nested.ts'
import { startSecondContainerd } from '../support/second-containerd.ts'
import { killed, shimOf } from '../support/processes.ts'
import { healthy, type Played, type Scenario } from './scenario.ts'

/** Several daemons on one node, side by side and within each other. */
export const nestedScenarios: readonly Scenario[] = [
  {
    name: 'two-containerds',
    story:
      'two containerds side by side, each with an address and a state of its own, and a container of one name in each.',
    async play(node) {
      const containerd = await node.containerd()
      await containerd.run('web')
      const { containers } = await node.truth()
      const second = await startSecondContainerd(node.world)
      const other = await second.run('web')
      const { truth } = await healthy(node)
      return { truth: { ...truth, containers: [...containers, other] }, verdicts: [] }
    },
  },
  {
    name: 'nested-containerd',
    story:
      'a containerd in a container of another, each at /run/containerd/containerd.sock, with networks of their own.',
    play: async (node) => (await nested(node)).played,
  },
  {
    name: 'nested-containerd-same-network',
    story: 'the same in one network namespace: one table of sockets shows two listeners at one address.',
    play: async (node) => (await nested(node, '--net-host')).played,
  },
  {
    name: 'nested-containerd-outer-killed',
    story:
      'the outer of two containerds in one network namespace was killed; the other listens at an address of that name.',
    async play(node) {
      const { played, outer } = await nested(node, '--net-host')
      await killed(node.world, outer)
      const shims = ['web', 'node'].map((id) => shimOf(node.world, id))
      return { ...played, verdicts: shims.map((of) => ({ code: 'shim-daemonless', kind: 'shim', of })) }
    },
  },
  {
    name: 'nested-containerd-inner-killed',
    story:
      'the inner of two containerds in one network namespace was killed; the outer listens at an address of that name.',
    async play(node) {
      const { played, inner } = await nested(node, '--net-host')
      await killed(node.world, inner)
      const shims = ['app', 'db'].map((id) => shimOf(node.world, id))
      return { ...played, verdicts: shims.map((of) => ({ code: 'shim-daemonless', kind: 'shim', of })) }
    },
  },
  {
    name: 'docker-in-docker',
    story: 'dockerd 20.10.24 in a container that another one runs with --privileged: the same addresses in both.',
    async play(node) {
      const dockerd = await node.dockerd()
      const inside = await startNestedDocker(node.world, dockerd)
      const container = await inside.run('app')
      const { truth } = await healthy(node)
      return { truth: { ...truth, containers: [...truth.containers, container] }, verdicts: [] }
    },
  },
]

async function nested(node: Node, ...options: string[]): Promise<{ played: Played; outer: number; inner: number }> {
  const containerd = await node.containerd()
  await containerd.run('web')
  const inside = await startNestedNode(node.world, containerd, 'node', ...options)
  await inside.run('app', 3701)
  await inside.run('db', 3702)
  const truth = await node.truth()
  const containers = [...truth.containers, ...(await inside.containers())]
  return { played: { truth: { ...truth, containers }, verdicts: [] }, outer: containerd.pid(), inner: inside.daemon }
}
