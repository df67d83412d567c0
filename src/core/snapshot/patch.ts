import { type CollectionName, type Collections, collectionNames, type Delta } from '../model/event.ts'
import { same } from '../model/same.ts'
import { type Drift, driftOf, type Rise, rises } from './drift.ts'

interface Keyed {
  readonly key: string
}

/** Where an element stood in the collection before, and its fields that are new. */
type Patch = readonly [index: number, fields: Fields]

/** A delta that does not say again what the collections before it say: it is of use to who has those only. */
export type ThinDelta = Omit<Delta, 'changed' | 'removed'> & {
  /** New elements as they are, changed ones as patches, and together those in which only numbers are new. */
  readonly changed: { readonly [N in CollectionName]: readonly (Keyed | Patch | Drift)[] }
  readonly removed: { readonly [N in CollectionName]: readonly number[] }
}

/** Measurements are most of what changes, and a few numbers of each element; an id alone is longer than they are. */
export function thin(delta: Delta, before: Collections): ThinDelta {
  const { changed, removed } = delta
  return {
    ...delta,
    changed: eachCollection((name) => thinOf(changed[name], before[name])),
    removed: eachCollection((name) => {
      const places = placesOf(before[name], removed[name])
      return removed[name].flatMap((key) => places.get(key) ?? [])
    }),
  }
}

/** `thick(thin(delta, before), before)` is `delta`. */
export function thick(delta: ThinDelta, before: Collections): Delta {
  const changed = eachCollection((name) => thickOf(delta.changed[name], before[name]))
  const removed = eachCollection((name) => delta.removed[name].flatMap((index) => before[name][index]?.key ?? []))
  return { ...delta, changed: changed as unknown as Delta['changed'], removed }
}

function thinOf(changed: readonly Keyed[], known: readonly Keyed[]): (Keyed | Patch | Drift)[] {
  const places = placesOf(known, changed)
  const told: (Keyed | Patch | Drift)[] = []
  const risings = new Map<string, Rise[]>()
  for (const element of changed) {
    const index = places.get(element.key)
    const former = index === undefined ? undefined : known[index]
    if (index === undefined || former === undefined) {
      told.push(element)
      continue
    }
    const fields = newFields(former, element)
    const from = Object.fromEntries(Object.keys(fields).map((name) => [name, (former as unknown as Fields)[name]]))
    if (!areNumbers(fields) || !areNumbers(from)) {
      told.push([index, fields])
      continue
    }
    const names = Object.keys(fields).join()
    const rising = risings.get(names) ?? []
    risings.set(names, rising)
    rising.push({ index, from, to: fields })
  }
  for (const rising of risings.values()) {
    const drift = driftOf(rising)
    if (drift !== undefined) told.push(drift)
    else told.push(...rising.map(({ index, to }): Patch => [index, to]))
  }
  return told
}

/** Sorted by key, as in every delta. */
function thickOf(told: readonly (Keyed | Patch | Drift)[], known: readonly Keyed[]): Keyed[] {
  const patched = ([index, fields]: Patch): Keyed => ({ ...known[index], ...fields }) as Keyed
  const elements = told.flatMap((one) => {
    if ('key' in one) return [one]
    return 'by' in one ? [...rises(one, (index) => known[index])].map(patched) : [patched(one)]
  })
  return elements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

type Fields = Readonly<Record<string, unknown>>

const areNumbers = (fields: Fields): fields is Readonly<Record<string, number>> =>
  Object.values(fields).every((value) => typeof value === 'number')

function newFields(former: object, element: object): Patch[1] {
  return Object.fromEntries(Object.entries(element).filter(([field, value]) => !same((former as Fields)[field], value)))
}

/** Nothing is looked for where nothing changed. */
const placesOf = (elements: readonly Keyed[], wanted: readonly unknown[]): ReadonlyMap<string, number> =>
  new Map(wanted.length === 0 ? [] : elements.map(({ key }, index) => [key, index]))

const eachCollection = <T>(make: (name: CollectionName) => T): Record<CollectionName, T> =>
  Object.fromEntries(collectionNames.map((name) => [name, make(name)])) as Record<CollectionName, T>
