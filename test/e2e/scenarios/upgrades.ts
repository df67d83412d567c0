import type { Node } from '../support/node.ts'
import type { Played, Scenario } from './scenario.ts'

const program = '/run/old/containerd-shim-runc-v2'

/** A container whose shim runs from a path of its own, so that the host's program stays where it is. */
async function runFromOwnPath(node: Node): Promise<{ daemon: number }> {
  const containerd = await node.containerd()
  await node.world.run('sh', '-c', `mkdir /run/old && cp /usr/bin/containerd-shim-runc-v2 ${program}`)
  await containerd.run('web', { runtime: program })
  return { daemon: containerd.pid() }
}

const replaced = async (node: Node, daemon: number): Promise<Played> => ({
  truth: await node.truth(),
  verdicts: [{ code: 'shim-binary-replaced', kind: 'daemon', of: daemon }],
})

/** Shims that go on with a program that an upgrade has replaced or taken away. */
export const upgradeScenarios: readonly Scenario[] = [
  {
    name: 'shim-binary-replaced',
    story:
      'containerd 1.6.20: the binary of a running shim was replaced by another at the same path, as an upgrade does.',
    async play(node) {
      const { daemon } = await runFromOwnPath(node)
      await node.world.run('sh', '-c', `cp ${program} ${program}.new && mv ${program}.new ${program}`)
      return replaced(node, daemon)
    },
  },
  {
    name: 'shim-binary-removed',
    story:
      'containerd 1.6.20: the binary of a running shim was removed, as an upgrade of rke2 does with the directory of the old version.',
    async play(node) {
      const { daemon } = await runFromOwnPath(node)
      await node.world.run('rm', program)
      return replaced(node, daemon)
    },
  },
]
