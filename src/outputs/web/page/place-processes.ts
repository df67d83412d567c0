import type { Collections } from '../../../core/model/event.ts'
import type { Process } from '../../../core/model/snapshot.ts'

/** A process and those of its children that stand below it. */
export interface Placed {
  readonly process: Process
  readonly children: readonly Placed[]
}

export interface Places {
  /** By key of a container. */
  readonly inContainers: ReadonlyMap<string, readonly Placed[]>
  /** By key of a shim: its engines and virtual machines. */
  readonly underShims: ReadonlyMap<string, readonly Placed[]>
  /** Those that belong to nobody. */
  readonly others: readonly Placed[]
}

type Seen = Pick<Collections, 'daemons' | 'shims' | 'containers'> & {
  readonly processes?: readonly Process[] | undefined
}

/** Processes of one owner, and how they stood. */
interface Group {
  readonly processes: readonly Process[]
  readonly placed: readonly Placed[]
}

/**
 * Says where each process stands: under its container, its shim or with the others, there by parentage. Daemons and
 * shims have rows of their own. Groups in which nothing changed since the last time are the very same again.
 */
export function processPlacer(): (seen: Seen) => Places {
  let before: ReadonlyMap<string, Group> = new Map()

  return ({ daemons, shims, containers, processes = [] }) => {
    const own = new Set<string>([...daemons, ...shims].map(({ key }) => key))
    const shimOfPid = new Map(shims.map(({ pid, key }) => [pid, key]))
    const shimKeys = new Set<string>(shims.map(({ key }) => key))
    const inContainers = new Map<string, Process[]>(containers.map(({ key }) => [key, []]))
    const underShims = new Map<string, Process[]>()
    const others: Process[] = []
    for (const process of processes) {
      if (own.has(process.key)) continue
      const members = process.container === null ? undefined : inContainers.get(process.container)
      if (members !== undefined) {
        members.push(process)
        continue
      }
      const shim = keeperOf(process, shimOfPid)
      if (shim === undefined || !shimKeys.has(shim)) others.push(process)
      else underShims.set(shim, [...(underShims.get(shim) ?? []), process])
    }

    const now = new Map<string, Group>()
    const placed = (id: string, group: readonly Process[]): readonly Placed[] => {
      const known = before.get(id)
      const made =
        known !== undefined && same(known.processes, group) ? known : { processes: group, placed: byParentage(group) }
      now.set(id, made)
      return made.placed
    }
    const places = {
      inContainers: new Map([...inContainers].map(([key, group]) => [key, placed(`container|${key}`, group)])),
      underShims: new Map([...underShims].map(([key, group]) => [key, placed(`shim|${key}`, group)])),
      others: placed('others|', others),
    }
    before = now
    return places
  }
}

/** The shim that an engine or a virtual machine works for; a machine is not always its child. */
function keeperOf({ role, ppid, shim }: Process, shimOfPid: ReadonlyMap<number, string>): string | undefined {
  if (role === 'machine') return shim ?? undefined
  return role === 'engine' ? shimOfPid.get(ppid) : undefined
}

/**
 * Oldest first: a parent is older than its child, so one that comes later is a pid used again, and no circle can come
 * about. What has no parent in the group stands at its top.
 */
function byParentage(group: readonly Process[]): readonly Placed[] {
  const top: Placed[] = []
  const siblings = new Map<number, Placed[]>()
  for (const process of [...group].sort(oldestFirst)) {
    const children: Placed[] = []
    const place = siblings.get(process.ppid) ?? top
    place.push({ process, children })
    siblings.set(process.pid, children)
  }
  return top
}

const oldestFirst = (a: Process, b: Process): number =>
  a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.pid - b.pid

const same = (a: readonly Process[], b: readonly Process[]): boolean =>
  a.length === b.length && a.every((process, index) => process === b[index])
