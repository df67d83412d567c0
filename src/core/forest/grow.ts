import type { Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'

/** While it grows. Most processes have no child, and share that. */
interface Sprout {
  readonly process: ProcessSample
  parent: Sprout | null
  children: readonly TreeNode[]
}
/** Shared, and never written to. */
export const childless: readonly TreeNode[] = []

/**
 * The kernel's tree. Every process is in it once, whatever the parents say: readings of one pass are not of one
 * instant, so a parent may be gone, its pid reused, or parents may even form a loop.
 */
export function grow(processes: readonly ProcessSample[]): Tree {
  const nodes = new Map<ProcessKey, Sprout>()
  const byPid = new Map<number, Sprout>()
  for (const process of processes) {
    const node: Sprout = { process, parent: null, children: childless }
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
  const roots: Sprout[] = []
  for (const node of byPid.values()) {
    if (node.parent === null) roots.push(node)
    else if (node.parent.children === childless) node.parent.children = [node]
    else (node.parent.children as TreeNode[]).push(node)
  }
  return { nodes, byPid, roots }
}

/** No parent is younger, so that only processes of one and the same tick can stand in a circle. */
function cutLoops(byPid: ReadonlyMap<number, Sprout>): void {
  for (const start of byPid.values()) {
    const { startTicks } = start.process
    if (start.parent?.process.startTicks !== startTicks) continue
    const circle = new Set([start])
    let node: Sprout | null = start.parent
    for (; node !== null && node.process.startTicks === startTicks; node = node.parent) {
      if (node === start) {
        start.parent = null
        break
      }
      // Into a circle that it is not part of itself: cut when its own turn comes.
      if (circle.has(node)) break
      circle.add(node)
    }
  }
}
