import type { Collections } from '../../../core/model/event.ts'
import type { Container, Daemon, Process, Severity, Shim, Verdict } from '../../../core/model/snapshot.ts'
import { type Branch, nest } from '../../../core/snapshot/nest.ts'
import { othersId, placeProcesses } from './place-processes.ts'

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

export interface Tree {
  readonly roots: readonly TreeNode[]
  readonly byId: ReadonlyMap<string, TreeNode>
  readonly parentOf: ReadonlyMap<string, string>
}

type Seen = Collections & { readonly processes?: readonly Process[] | undefined }

/** The forest with every process in it that is known: each is exactly one row. */
export function growTree(seen: Seen): Tree {
  const byId = new Map<string, TreeNode>()
  const parentOf = new Map<string, string>()
  const places = placeProcesses(seen)
  const aboutProcesses = new Map<string, Verdict[]>()
  for (const verdict of seen.verdicts) {
    const { kind, key } = verdict.subject
    if (kind === 'process' && key !== undefined) {
      aboutProcesses.set(key, [...(aboutProcesses.get(key) ?? []), verdict])
    }
  }

  const made = (
    id: string,
    subject: Subject,
    verdicts: readonly Verdict[],
    children: readonly TreeNode[],
  ): TreeNode => {
    const node = { id, subject, verdicts, within: sumUp(children), children }
    byId.set(id, node)
    for (const child of children) parentOf.set(child.id, id)
    return node
  }
  const processNode = (process: Process): TreeNode => {
    const { key } = process
    const children = (places.childrenOf.get(key) ?? none).map(processNode)
    return made(`process|${key}`, { kind: 'process', process }, aboutProcesses.get(key) ?? none, children)
  }
  const branchNode = (branch: Branch): TreeNode => {
    const id = `${branch.kind}|${branch.key}`
    const children = [...(places.topOf.get(id) ?? none).map(processNode), ...branch.children.map(branchNode)]
    switch (branch.kind) {
      case 'daemon':
        return made(id, { kind: 'daemon', daemon: branch.daemon }, branch.verdicts, children)
      case 'shim':
        return made(id, { kind: 'shim', shim: branch.shim }, branch.verdicts, children)
      case 'container':
        return made(id, { kind: 'container', container: branch.container }, branch.verdicts, children)
    }
  }

  const roots = nest(seen).map(branchNode)
  const others = (places.topOf.get(othersId) ?? none).map(processNode)
  if (others.length > 0) roots.push(made(othersId, { kind: 'others', count: places.others }, none, others))
  return { roots, byId, parentOf }
}

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
