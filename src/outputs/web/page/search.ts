import type { Subject, TreeNode } from './grow-tree.ts'

export interface Search {
  readonly text: string
  readonly onlyWrong: boolean
}

export interface Found {
  readonly roots: readonly TreeNode[]
  /** Nodes that are shown for what is below them: they are open, whatever was folded. */
  readonly leading: ReadonlySet<string>
  /** How many fit by themselves. */
  readonly hits: number
}

const nothingLeads: ReadonlySet<string> = new Set()

/**
 * What fits, with what leads to it. A text also shows all that a fitting element keeps; "only what is wrong" shows what
 * a wrong shim or container keeps, but not all that a wrong daemon does.
 */
export function searchTree(roots: readonly TreeNode[], search: Search): Found {
  const text = search.text.trim().toLowerCase()
  if (text === '' && !search.onlyWrong) return { roots, leading: nothingLeads, hits: 0 }
  const leading = new Set<string>()
  let hits = 0
  const keep = (node: TreeNode, inNamed: boolean, inWrong: boolean): Kept | undefined => {
    const named = text !== '' && wordsOf(node).includes(text)
    const wrong = search.onlyWrong && node.verdicts.length > 0
    const fits = (text === '' || named || inNamed) && (!search.onlyWrong || wrong || inWrong)
    const own = fits && (named || wrong)
    if (own) hits++
    const passesOn = node.subject.kind !== 'daemon'
    const children = node.children.flatMap(
      (child) => keep(child, inNamed || named, (inWrong || wrong) && passesOn) ?? [],
    )
    if (children.some((child) => child.own || leading.has(child.node.id))) leading.add(node.id)
    if (!fits && children.length === 0) return undefined
    return { node: { ...node, children: children.map((child) => child.node) }, own }
  }
  const kept = roots.flatMap((root) => keep(root, false, false) ?? [])
  return { roots: kept.map(({ node }) => node), leading, hits }
}

/** A node that stays, and whether it fits by itself. */
interface Kept {
  readonly node: TreeNode
  readonly own: boolean
}

/** What one searches an element by: its names, ids, pids and the codes of its verdicts. In lower case, a line each. */
export function wordsOf({ subject, verdicts }: Pick<TreeNode, 'subject' | 'verdicts'>): string {
  const codes = verdicts.map(({ code }) => code)
  return words(...wordsAbout(subject), ...codes)
}

type Word = string | number | null | undefined

function wordsAbout(subject: Subject): readonly Word[] {
  switch (subject.kind) {
    case 'daemon': {
      const { runtime, pid, addresses } = subject.daemon
      return [runtime, pid, ...addresses]
    }
    case 'shim': {
      const { runtime, pid, id, containerdNamespace, supervision, relation } = subject.shim
      return [runtime, pid, id, containerdNamespace, supervision, relation]
    }
    case 'container': {
      const { name, id, pod, state, initPid, image, execs } = subject.container
      return [name, id, pod?.name, pod?.namespace, pod?.uid, podPath(pod), state, initPid, image, ...execs]
    }
    case 'process': {
      const { comm, pid, argv } = subject.process
      return [comm, pid, argv.join(' ')]
    }
    case 'others':
      return []
  }
}

const podPath = (pod: { namespace: string | null; name: string | null } | null): string | null =>
  pod?.name == null ? null : `${pod.namespace ?? ''}/${pod.name}`

const words = (...values: readonly Word[]): string =>
  values
    .filter((value) => value !== null && value !== undefined)
    .join('\n')
    .toLowerCase()
