import type { Process, Snapshot, Verdict } from '../../core/model/snapshot.ts'
import { type Branch, nest } from '../../core/snapshot/nest.ts'
import { draw, type Drawn } from './draw.ts'
import { containerLabel, daemonLabel, processLabel, shimLabel, verdictNotes } from './labels.ts'
import { span, type Style } from './line.ts'
import { subjectName } from './names.ts'
import { drawProcesses } from './process-tree.ts'
import { noProcesses, renderNotice, renderSummary } from './summary.ts'
import { onlyMatching } from './tree-query.ts'

export interface TreeStyle extends Style {
  /** A pid, the start of an id, or a pod: only what matches is shown, with what keeps it and what it keeps. */
  readonly query?: string
}

/**
 * The forest as text, in the spirit of `pstree`: daemon, shim, container, process, with verdicts in place. Processes
 * are drawn where the snapshot holds them. `undefined`: nothing matches the query.
 */
export function renderTree(snapshot: Snapshot, style: TreeStyle): string | undefined {
  const all = nest(snapshot)
  const branches = style.query === undefined ? all : onlyMatching(all, style.query, snapshot.processes ?? [])
  if (style.query !== undefined && branches.length === 0) return undefined
  const roots = [
    ...drawBranches(snapshot, branches, style),
    ...(style.query === undefined ? drawElsewhere(snapshot, all, style) : []),
  ]
  const lines = [
    ...renderSummary(snapshot, style),
    ...(snapshot.processes === undefined ? renderNotice(noProcesses, style) : []),
    ...roots.flatMap((root) => ['', ...draw([root], style)]),
  ]
  return `${lines.join('\n')}\n`
}

/** The whole forest: daemons, then headings with what has none, and with verdicts that have no place of their own. */
export function drawForest(snapshot: Snapshot, style: Style): readonly Drawn[] {
  const branches = nest(snapshot)
  return [...drawBranches(snapshot, branches, style), ...drawElsewhere(snapshot, branches, style)]
}

function drawBranches(snapshot: Snapshot, branches: readonly Branch[], style: Style): readonly Drawn[] {
  const draws = drawerOf(snapshot, style)
  const drawn = (kind: Branch['kind'], fits: (branch: Branch) => boolean = () => true): readonly Drawn[] =>
    branches.filter((branch) => branch.kind === kind && fits(branch)).map((branch) => draws(branch, []))
  return [
    ...drawn('daemon'),
    ...heading(
      'shims without a daemon',
      drawn('shim', (branch) => !needsNone(branch)),
    ),
    ...heading('monitors, which need no daemon', drawn('shim', needsNone)),
    ...heading('containers without a shim', drawn('container')),
  ]
}

/** Managed, and by no daemon: conmon is made to live by itself. */
const needsNone = (branch: Branch): boolean =>
  branch.kind === 'shim' && branch.shim.daemon === null && branch.shim.supervision === 'managed'

/** Verdicts about what has no place of its own in the tree: a process, a cgroup, the node. */
function drawElsewhere(snapshot: Snapshot, branches: readonly Branch[], style: Style): readonly Drawn[] {
  const placed = new Set<Verdict>()
  const note = (branch: Branch): void => {
    for (const verdict of branch.verdicts) placed.add(verdict)
    branch.children.forEach(note)
  }
  branches.forEach(note)
  const elsewhere = snapshot.verdicts.filter((verdict) => !placed.has(verdict))
  const roots = elsewhere.map(
    (verdict): Drawn => ({
      label: [span(subjectName(verdict.subject))],
      notes: (width) => verdictNotes(verdict, width, style),
      children: [],
      of: { kind: 'verdict', verdict },
    }),
  )
  return heading('elsewhere on this node', roots)
}

const heading = (title: string, children: readonly Drawn[]): readonly Drawn[] =>
  children.length === 0 ? [] : [{ label: [span(title, 'strong')], notes: () => [], children }]

/** Turns branches into what is drawn; `above` are the programs that the reader sees over a branch. */
function drawerOf(snapshot: Snapshot, style: Style): (branch: Branch, above: readonly string[]) => Drawn {
  const processes = snapshot.processes ?? []
  const members = groupBy(processes, ({ container }) => container)
  const loose = looseUnderShims(snapshot, processes)
  const execs = new Set(snapshot.containers.flatMap((container) => container.execs))
  const daemons = new Map(snapshot.daemons.map((daemon) => [daemon.pid, daemon]))
  const chains = new Map(snapshot.containers.map((container) => [container.shim, container.chain]))
  const label = (process: Process) => processLabel(process, execs.has(process.pid))

  return function drawn(branch, above): Drawn {
    const notes = (width: number | null) => branch.verdicts.flatMap((verdict) => verdictNotes(verdict, width, style))
    const kept = (shown: readonly string[]) => branch.children.map((child) => drawn(child, shown))
    switch (branch.kind) {
      case 'daemon':
        return {
          label: daemonLabel(branch.daemon, daemons.get(branch.daemon.ppid)),
          notes,
          children: kept([branch.daemon.runtime]),
          of: branch,
        }
      case 'shim': {
        const { shim } = branch
        const through = hiddenLinks(chains.get(shim.key) ?? [], [...above, shim.runtime])
        const own = drawProcesses(loose.get(shim.pid) ?? [], label)
        return { label: shimLabel(shim, through, style), notes, children: [...own, ...kept(above)], of: branch }
      }
      case 'container': {
        const { container } = branch
        const chain = container.shim === null ? container.chain : []
        const own = drawProcesses(members.get(container.key) ?? [], label)
        return { label: containerLabel(container, chain, style), notes, children: [...own, ...kept([])], of: branch }
      }
    }
  }
}

/**
 * What a shim has below it that is in no container: its engines; where only parents are known, whatever there is.
 */
function looseUnderShims(
  { pass, shims }: Snapshot,
  processes: readonly Process[],
): ReadonlyMap<number, readonly Process[]> {
  const keepers = new Set(shims.map(({ pid }) => pid))
  const parents = new Map(processes.map(({ pid, ppid }) => [pid, ppid]))
  const found = new Map<number, number | null>([...keepers].map((pid) => [pid, pid]))
  const shimAbove = ({ ppid }: Process): number | null => {
    const path = new Set<number>()
    let pid: number | undefined = ppid
    // However the parents lie: whoever is met twice has nobody above.
    while (pid !== undefined && !found.has(pid) && !path.has(pid)) {
      path.add(pid)
      pid = parents.get(pid)
    }
    const shim = pid === undefined ? null : (found.get(pid) ?? null)
    for (const passed of path) found.set(passed, shim)
    return shim
  }
  return groupBy(processes, (process) => {
    if (process.container !== null || process.role === 'shim') return null
    if (pass.source === 'ps') return shimAbove(process)
    // A virtual machine is not always a child of its shim.
    if (process.role === 'machine') return shims.find(({ key }) => key === process.shim)?.pid ?? null
    return process.role === 'engine' ? process.ppid : null
  })
}

/** Links of the call chain that the place in the tree does not show. */
const hiddenLinks = (chain: readonly string[], shown: readonly string[]): readonly string[] =>
  chain.filter((link) => !shown.includes(link))

function groupBy<K>(
  processes: readonly Process[],
  keyOf: (process: Process) => K | null,
): ReadonlyMap<K, readonly Process[]> {
  const groups = new Map<K, Process[]>()
  for (const process of processes) {
    const key = keyOf(process)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [process])
    else group.push(process)
  }
  return groups
}
