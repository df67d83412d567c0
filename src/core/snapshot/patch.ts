import { type CollectionName, type Collections, collectionNames, type Delta } from '../model/event.ts'
import { same } from '../model/same.ts'

interface Keyed {
  readonly key: string
}

/** A delta whose changed elements say only their key and what is new of them; new elements say everything. */
export type ThinDelta = Omit<Delta, 'changed'> & {
  readonly changed: { readonly [N in CollectionName]: readonly Keyed[] }
}

/** Measurements are most of what changes, and a few numbers of each element: the rest need not be said again. */
export function thin(delta: Delta, before: Collections): ThinDelta {
  return { ...delta, changed: eachCollection((name) => patchesOf(before[name], delta.changed[name])) }
}

/** `thick(thin(delta, before), before)` is `delta`. */
export function thick(delta: ThinDelta, before: Collections): Delta {
  const changed = eachCollection((name) => {
    const known = byKey(before[name])
    return delta.changed[name].map((patch) => ({ ...known.get(patch.key), ...patch }))
  })
  return { ...delta, changed: changed as unknown as Delta['changed'] }
}

function patchesOf(before: readonly Keyed[], changed: readonly Keyed[]): readonly Keyed[] {
  if (changed.length === 0) return []
  const known = byKey(before)
  return changed.map((element) => {
    const old = known.get(element.key) as Readonly<Record<string, unknown>> | undefined
    if (old === undefined) return element
    const news = Object.entries(element).filter(([field, value]) => field === 'key' || !same(old[field], value))
    return Object.fromEntries(news) as unknown as Keyed
  })
}

const byKey = (elements: readonly Keyed[]): ReadonlyMap<string, Keyed> =>
  new Map(elements.map((element) => [element.key, element]))

const eachCollection = <T>(make: (name: CollectionName) => T): Record<CollectionName, T> =>
  Object.fromEntries(collectionNames.map((name) => [name, make(name)])) as Record<CollectionName, T>
