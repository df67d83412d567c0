import type { CollectionName, Collections, Delta } from '../model/event.ts'
import type { Daemon, Snapshot } from '../model/snapshot.ts'
import { same } from '../model/same.ts'
import { deriveEvents } from './events.ts'

interface Keyed {
  readonly key: string
}

export interface Changes<T> {
  readonly changed: readonly T[]
  readonly removed: readonly string[]
}

const unchanged: Changes<never> = { changed: [], removed: [] }

/**
 * What leads from one collection to the next. Both are sorted by key in code unit order, without repeated keys, so one
 * walk along both is enough; the results are sorted too.
 */
export function diffCollection<T extends Keyed>(previous: readonly T[], next: readonly T[]): Changes<T> {
  if (previous === next) return unchanged
  const changed: T[] = []
  const removed: string[] = []
  let p = 0
  let n = 0
  while (p < previous.length || n < next.length) {
    const before = previous[p]
    const after = next[n]
    if (before !== undefined && (after === undefined || before.key < after.key)) {
      removed.push(before.key)
      p++
      continue
    }
    if (after !== undefined && !same(before, after)) changed.push(after)
    if (before?.key === after?.key) p++
    n++
  }
  return changed.length === 0 && removed.length === 0 ? unchanged : { changed, removed }
}

/**
 * The delta from `previous` to `next`, or `undefined` when none of the four arrays changed. Its `previous` and `seq` are
 * those of the two snapshots.
 *
 * @param lately daemons that stopped in an earlier snapshot, but so lately that a newcomer in their place is a restart
 */
export function diff(previous: Snapshot, next: Snapshot, lately: readonly Daemon[] = []): Delta | undefined {
  const daemons = diffCollection(previous.daemons, next.daemons)
  const shims = diffCollection(previous.shims, next.shims)
  const containers = diffCollection(previous.containers, next.containers)
  const verdicts = diffCollection(previous.verdicts, next.verdicts)
  const all: Record<CollectionName, Changes<Keyed>> = { daemons, shims, containers, verdicts }
  if (Object.values(all).every((changes) => changes === unchanged)) return undefined
  return {
    type: 'delta',
    seq: next.seq,
    takenAt: next.takenAt,
    previous: previous.seq,
    pass: next.pass,
    changed: {
      daemons: daemons.changed,
      shims: shims.changed,
      containers: containers.changed,
      verdicts: verdicts.changed,
    } satisfies Collections,
    removed: {
      daemons: daemons.removed,
      shims: shims.removed,
      containers: containers.removed,
      verdicts: verdicts.removed,
    },
    events: deriveEvents(previous, next, lately),
  }
}
