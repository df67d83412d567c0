import type { TreeNode } from '../model/forest.ts'

/** The node and everything below it, parents first. Without recursion: a tree may be ten thousand levels deep. */
export function* walk(from: TreeNode): Generator<TreeNode> {
  const waiting = [from]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    for (let at = node.children.length - 1; at >= 0; at -= 1) waiting.push(node.children[at] as TreeNode)
  }
}

/** Its ancestors, the nearest first. */
export function* ancestors(of: TreeNode): Generator<TreeNode> {
  for (let node = of.parent; node !== null; node = node.parent) yield node
}
