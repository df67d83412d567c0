import type { Forest, TreeNode } from '../model/forest.ts'
import type { Reaper } from '../model/memory.ts'

/** Zombies of the node by who should reap them. */
export function countZombies(forest: Forest): Readonly<Record<Reaper, number>> {
  const counts: Record<Reaper, number> = { 'container-init': 0, shim: 0, init: 0, other: 0 }
  const inits = new Set(forest.containers.map(({ init }) => init))
  const shims = new Set(forest.shims.map(({ node }) => node))
  for (const node of forest.tree.nodes.values()) {
    if (node.process.state === 'Z') counts[reaperOf(node, inits, shims)] += 1
  }
  return counts
}

function reaperOf(node: TreeNode, inits: ReadonlySet<TreeNode | null>, shims: ReadonlySet<TreeNode>): Reaper {
  const { parent } = node
  if (parent === null) return 'other'
  if (inits.has(parent)) return 'container-init'
  if (shims.has(parent)) return 'shim'
  return parent.process.pid === 1 ? 'init' : 'other'
}
