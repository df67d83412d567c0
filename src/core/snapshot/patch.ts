import { type CollectionName, type Collections, collectionNames, type Delta } from '../model/event.ts'
import { same } from '../model/same.ts'

interface Keyed {
  readonly key: string
}

/** Where an element stood in the collection before, and its fields that are new. */
type Patch = readonly [index: number, fields: Readonly<Record<string, unknown>>]

/** A delta that does not say again what the collections before it say: it is of use to who has those only. */
export type ThinDelta = Omit<Delta, 'changed' | 'removed'> & {
  /** New elements as they are, changed ones as patches. */
  readonly changed: { readonly [N in CollectionName]: readonly (Keyed | Patch)[] }
  readonly removed: { readonly [N in CollectionName]: readonly number[] }
}

/** Measurements are most of what changes, and a few numbers of each element; an id alone is longer than they are. */
export function thin(delta: Delta, before: Collections): ThinDelta {
  const { changed, removed } = delta
  return {
    ...delta,
    changed: eachCollection((name) => {
      const known: readonly Keyed[] = before[name]
      const places = placesOf(known, changed[name])
      return changed[name].map((element) => {
        const index = places.get(element.key)
        return index === undefined ? element : ([index, newFields(known[index], element)] as const)
      })
    }),
    removed: eachCollection((name) => {
      const places = placesOf(before[name], removed[name])
      return removed[name].flatMap((key) => places.get(key) ?? [])
    }),
  }
}

/** `thick(thin(delta, before), before)` is `delta`. */
export function thick(delta: ThinDelta, before: Collections): Delta {
  const changed = eachCollection((name) => {
    const known: readonly Keyed[] = before[name]
    return delta.changed[name].map((one) => ('key' in one ? one : { ...known[one[0]], ...one[1] }))
  })
  const removed = eachCollection((name) => delta.removed[name].flatMap((index) => before[name][index]?.key ?? []))
  return { ...delta, changed: changed as unknown as Delta['changed'], removed }
}

function newFields(old: object | undefined, element: object): Patch[1] {
  const former = old as Readonly<Record<string, unknown>> | undefined
  return Object.fromEntries(Object.entries(element).filter(([field, value]) => !same(former?.[field], value)))
}

/** Nothing is looked for where nothing changed. */
const placesOf = (elements: readonly Keyed[], wanted: readonly unknown[]): ReadonlyMap<string, number> =>
  new Map(wanted.length === 0 ? [] : elements.map(({ key }, index) => [key, index]))

const eachCollection = <T>(make: (name: CollectionName) => T): Record<CollectionName, T> =>
  Object.fromEntries(collectionNames.map((name) => [name, make(name)])) as Record<CollectionName, T>
