import type { TreeNode } from './grow-tree.ts'

/** One line of the tree as it is drawn. */
export interface Row {
  readonly node: TreeNode
  /** 1 for a root, as `aria-level` counts. */
  readonly level: number
  /** `undefined`: there is nothing to unfold. */
  readonly open: boolean | undefined
  /** Index of the row above it in the tree; -1 for a root. */
  readonly parent: number
  /** 1-based place among its siblings, and how many they are. */
  readonly place: number
  readonly siblings: number
}

export interface Folding {
  /** What the reader folded or unfolded, by id of the row. */
  readonly chosen: ReadonlyMap<string, boolean>
  /** Rows that are open in any case: a search leads through them. */
  readonly leading: ReadonlySet<string>
  /** Whether processes are drawn without being asked for one by one. */
  readonly processes: boolean
  /** Whether they are known, so that a container without one among its children has none. */
  readonly known: boolean
}

/** The rows from top to bottom; what is below a folded one is not among them. */
export function rowsOf(roots: readonly TreeNode[], folding: Folding): readonly Row[] {
  const rows: Row[] = []
  const add = (nodes: readonly TreeNode[], level: number, parent: number) => {
    nodes.forEach((node, index) => {
      const open = canOpen(node, folding) ? isOpen(node, folding) : undefined
      const at = rows.length
      rows.push({ node, level, open, parent, place: index + 1, siblings: nodes.length })
      if (open === true) add(node.children, level + 1, at)
    })
  }
  add(roots, 1, -1)
  return rows
}

/** Processes may not have been asked for yet; that there are some is known all the same, though not always counted. */
const canOpen = ({ subject, children }: TreeNode, { known }: Folding): boolean =>
  children.length > 0 ||
  (!known && subject.kind === 'container' && (subject.container.initPid !== null || subject.container.processes > 0))

function isOpen(node: TreeNode, { chosen, leading, processes }: Folding): boolean {
  if (leading.has(node.id)) return true
  return chosen.get(node.id) ?? opensByItself(node, processes)
}

function opensByItself({ subject, children }: TreeNode, processes: boolean): boolean {
  switch (subject.kind) {
    case 'daemon':
    case 'shim':
    case 'process':
      return true
    case 'container':
      // Daemons inside a container are part of the picture; its processes only when they are asked for.
      return processes || children.some((child) => child.subject.kind !== 'process')
    case 'others':
      return processes
  }
}
