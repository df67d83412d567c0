import type { Collections } from '../../../core/model/event.ts'
import type { Container, Daemon, Process, Severity, Shim, Verdict } from '../../../core/model/snapshot.ts'
import { type Branch, nest } from '../../../core/snapshot/nest.ts'
import { type Placed, processPlacer } from './place-processes.ts'

/** What one row of the tree is about. */
export type Subject =
  | { readonly kind: 'daemon'; readonly daemon: Daemon }
  | { readonly kind: 'shim'; readonly shim: Shim }
  | { readonly kind: 'container'; readonly container: Container }
  | { readonly kind: 'process'; readonly process: Process }
  /** Processes that no runtime keeps, together. */
  | { readonly kind: 'others'; readonly count: number }

export interface TreeNode {
  /** Kind and key: `shim|4000@900`. Stable while the thing lives. */
  readonly id: string
  readonly subject: Subject
  readonly verdicts: readonly Verdict[]
  /** What its rows would tell if it were unfolded. */
  readonly within: Within
  readonly children: readonly TreeNode[]
}

/** The verdicts below a node. */
export interface Within {
  readonly verdicts: number
  readonly worst: Severity | undefined
}

type Seen = Collections & { readonly processes?: readonly Process[] | undefined }

/**
 * Grows the forest with every process in it that is known: each is exactly one row. What it grew before is used again
 * where nothing below changed, so that a small change of a large node costs little.
 */
export function treeGrower(): (seen: Seen) => readonly TreeNode[] {
  const place = processPlacer()
  const grown = new WeakMap<Placed, TreeNode>()

  return (seen) => {
    const places = place(seen)
    const aboutProcesses = byProcess(seen.verdicts)
    const processNode = (placed: Placed): TreeNode => {
      const { process } = placed
      const verdicts = aboutProcesses.get(process.key) ?? none
      const children = placed.children.length === 0 ? none : placed.children.map(processNode)
      const before = grown.get(placed)
      if (before !== undefined && before.verdicts === verdicts && same(before.children, children)) return before
      const node = made(`process|${process.key}`, { kind: 'process', process }, verdicts, children)
      grown.set(placed, node)
      return node
    }
    const ownProcesses = ({ kind, key }: Branch): readonly Placed[] | undefined =>
      kind === 'container' ? places.inContainers.get(key) : kind === 'shim' ? places.underShims.get(key) : undefined
    const branchNode = (branch: Branch): TreeNode => {
      const children = [...(ownProcesses(branch) ?? none).map(processNode), ...branch.children.map(branchNode)]
      return made(`${branch.kind}|${branch.key}`, subjectOf(branch), branch.verdicts, children)
    }

    const roots = nest(seen).map(branchNode)
    const others = places.others.map(processNode)
    if (others.length > 0) roots.push(made(othersId, { kind: 'others', count: countOf(others) }, none, others))
    return roots
  }
}

/** Id of the row of those that belong to nobody. */
const othersId = 'others|'

const countOf = (nodes: readonly TreeNode[]): number =>
  nodes.reduce((sum, { children }) => sum + 1 + countOf(children), 0)

/** From the root to the node with this id, both included; empty when it is not there. */
export function wayTo(id: string, roots: readonly TreeNode[]): readonly TreeNode[] {
  for (const root of roots) {
    if (root.id === id) return [root]
    const way = root.children.length === 0 ? none : wayTo(id, root.children)
    if (way.length > 0) return [root, ...way]
  }
  return none
}

const made = (id: string, subject: Subject, verdicts: readonly Verdict[], children: readonly TreeNode[]): TreeNode => ({
  id,
  subject,
  verdicts,
  within: children.length === 0 ? nothing : sumUp(children),
  children,
})

function subjectOf(branch: Branch): Subject {
  switch (branch.kind) {
    case 'daemon':
      return { kind: 'daemon', daemon: branch.daemon }
    case 'shim':
      return { kind: 'shim', shim: branch.shim }
    case 'container':
      return { kind: 'container', container: branch.container }
  }
}

function byProcess(verdicts: readonly Verdict[]): ReadonlyMap<string, readonly Verdict[]> {
  const groups = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    const { kind, key } = verdict.subject
    if (kind === 'process' && key !== undefined) groups.set(key, [...(groups.get(key) ?? []), verdict])
  }
  return groups
}

const same = (a: readonly TreeNode[], b: readonly TreeNode[]): boolean =>
  a.length === b.length && a.every((node, index) => node === b[index])

const nothing: Within = { verdicts: 0, worst: undefined }
const none: readonly never[] = []

const rank = { info: 1, warning: 2, critical: 3 }

export const worse = (a: Severity | undefined, b: Severity | undefined): Severity | undefined =>
  a === undefined ? b : b === undefined || rank[a] >= rank[b] ? a : b

function sumUp(children: readonly TreeNode[]): Within {
  let verdicts = 0
  let worst: Severity | undefined
  for (const child of children) {
    verdicts += child.verdicts.length + child.within.verdicts
    worst = worse(worst, child.within.worst)
    for (const { severity } of child.verdicts) worst = worse(worst, severity)
  }
  return { verdicts, worst }
}
