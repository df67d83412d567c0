import type { Collections, Delta } from '../model/event.ts'

/**
 * One collection after a change. `items` and `changed` are sorted by key in code unit order, and so is the result;
 * without a change it is `items` itself.
 */
export function applyToCollection<T extends { readonly key: string }>(
  items: readonly T[],
  changed: readonly T[],
  removed: readonly string[],
): readonly T[] {
  if (changed.length === 0 && removed.length === 0) return items
  const gone = new Set(removed)
  const result: T[] = []
  let c = 0
  for (const item of items) {
    let newer = changed[c]
    for (; newer !== undefined && newer.key < item.key; newer = changed[++c]) result.push(newer)
    if (newer?.key === item.key) {
      result.push(newer)
      c++
    } else if (!gone.has(item.key)) result.push(item)
  }
  for (const newer of changed.slice(c)) result.push(newer)
  return result
}

/** The four arrays after `delta`; those that it does not touch are carried over as they are. */
export function apply(collections: Collections, delta: Delta): Collections {
  const { changed, removed } = delta
  return {
    daemons: applyToCollection(collections.daemons, changed.daemons, removed.daemons),
    shims: applyToCollection(collections.shims, changed.shims, removed.shims),
    containers: applyToCollection(collections.containers, changed.containers, removed.containers),
    verdicts: applyToCollection(collections.verdicts, changed.verdicts, removed.verdicts),
  }
}
