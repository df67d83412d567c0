/** Structural equality of values without behaviour; what was carried over is the same object, which ends it early. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && haveSameItems(a, b)
  if (Array.isArray(b)) return false
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false
    for (const [key, value] of a) if (!b.has(key) || !same(value, b.get(key))) return false
    return true
  }
  if (a instanceof Set) {
    if (!(b instanceof Set) || a.size !== b.size) return false
    for (const item of a) if (!b.has(item)) return false
    return true
  }
  return haveSameFields(a as Fields, b as Fields)
}

type Fields = Readonly<Record<string, unknown>>

/** Loops that make no list of names: of what is read in a pass nearly all is the same, and is asked for here. */
function haveSameFields(a: Fields, b: Fields): boolean {
  let more = 0
  for (const name in a) {
    if (!Object.hasOwn(b, name) || !same(a[name], b[name])) return false
    more += 1
  }
  for (const _ in b) more -= 1
  return more === 0
}

function haveSameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (!same(a[at], b[at])) return false
  return true
}

/** The earlier of two that are the same: whoever holds it sees at a glance that nothing changed. */
export const carried = <T>(before: T | undefined, now: T): T =>
  before !== undefined && same(before, now) ? before : now

/** The same of a list, element by element; the earlier list itself where none of them changed. */
export function carriedList<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  if (before === now) return before
  let unchanged = before.length === now.length
  const result = now.map((element, index) => {
    const kept = carried(before[index], element)
    if (kept !== before[index]) unchanged = false
    return kept
  })
  return unchanged ? before : result
}

/** The earlier of two lists that hold the same objects. */
export function carriedElements<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  if (before === now) return before
  if (before.length !== now.length) return now
  for (let at = 0; at < now.length; at += 1) if (now[at] !== before[at]) return now
  return before
}
