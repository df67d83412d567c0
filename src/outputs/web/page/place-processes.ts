import type { Collections } from '../../../core/model/event.ts'
import type { Process } from '../../../core/model/snapshot.ts'

export interface Places {
  /** Id of a row of the forest → the processes right below it. */
  readonly topOf: ReadonlyMap<string, readonly Process[]>
  /** Key of a process → those of its children that stand below it. */
  readonly childrenOf: ReadonlyMap<string, readonly Process[]>
  /** How many belong to nobody. */
  readonly others: number
}

/** Id of the row of those that belong to nobody. */
export const othersId = 'others|'

type Seen = Pick<Collections, 'daemons' | 'shims' | 'containers'> & {
  readonly processes?: readonly Process[] | undefined
}

/**
 * Where each process stands: under its container, its shim (engines, virtual machines) or with the others, there by
 * parentage. Daemons and shims have rows of their own already.
 */
export function placeProcesses({ daemons, shims, containers, processes = [] }: Seen): Places {
  const rows = new Set<string>([...daemons, ...shims].map(({ key }) => key))
  const shimOfPid = new Map(shims.map(({ pid, key }) => [pid, key]))
  const containerKeys = new Set(containers.map(({ key }) => key))
  const shimKeys = new Set<string>(shims.map(({ key }) => key))
  const ownerOf = ({ container, role, ppid, shim }: Process): string => {
    if (container !== null && containerKeys.has(container)) return `container|${container}`
    // A virtual machine is not always a child of its shim.
    const keeper = role === 'machine' ? shim : role === 'engine' ? shimOfPid.get(ppid) : undefined
    return keeper !== undefined && keeper !== null && shimKeys.has(keeper) ? `shim|${keeper}` : othersId
  }

  const groups = new Map<string, Process[]>()
  for (const process of processes) {
    if (rows.has(process.key)) continue
    const owner = ownerOf(process)
    const group = groups.get(owner)
    if (group === undefined) groups.set(owner, [process])
    else group.push(process)
  }
  const topOf = new Map<string, readonly Process[]>()
  const childrenOf = new Map<string, Process[]>()
  for (const [owner, group] of groups) topOf.set(owner, byParentage(group, childrenOf))
  return { topOf, childrenOf, others: groups.get(othersId)?.length ?? 0 }
}

/**
 * The processes of a group that have no parent in it; the rest goes to `childrenOf`. Oldest first: a parent is older
 * than its child, so one that comes later is a pid used again, and no circle can come about.
 */
function byParentage(group: readonly Process[], childrenOf: Map<string, Process[]>): readonly Process[] {
  const top: Process[] = []
  const siblings = new Map<number, Process[]>()
  for (const process of [...group].sort(oldestFirst)) {
    const place = siblings.get(process.ppid) ?? top
    place.push(process)
    const own: Process[] = []
    siblings.set(process.pid, own)
    childrenOf.set(process.key, own)
  }
  return top
}

const oldestFirst = (a: Process, b: Process): number =>
  a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.pid - b.pid
