import type { Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'

/**
 * The kernel's tree. Every process is in it once, whatever the parents say: readings of one pass are not of one
 * instant, so a parent may be gone, its pid reused, or parents may even form a loop.
 */
export function grow(processes: readonly ProcessSample[]): Tree {
  const nodes = new Map<ProcessKey, TreeNode>()
  const byPid = new Map<number, TreeNode>()
  for (const process of processes) {
    const node: TreeNode = { process, parent: null, children: [] }
    nodes.set(process.key, node)
    byPid.set(process.pid, node)
  }
  for (const node of byPid.values()) {
    const parent = byPid.get(node.process.ppid)
    // A parent that is younger than its child is another process with a reused pid.
    if (parent === undefined || parent === node || parent.process.startTicks > node.process.startTicks) continue
    node.parent = parent
  }
  cutLoops(byPid)
  const roots: TreeNode[] = []
  for (const node of byPid.values()) {
    if (node.parent === null) roots.push(node)
    else node.parent.children.push(node)
  }
  return { nodes, byPid, roots }
}

function cutLoops(byPid: ReadonlyMap<number, TreeNode>): void {
  const sound = new Set<TreeNode>()
  for (const start of byPid.values()) {
    const path = new Set<TreeNode>()
    let node: TreeNode | null = start
    while (node !== null && !sound.has(node)) {
      if (path.has(node)) {
        node.parent = null
        break
      }
      path.add(node)
      node = node.parent
    }
    for (const visited of path) sound.add(visited)
  }
}
