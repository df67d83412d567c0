/** Structural equality of values without behaviour; what was carried over is the same object, which ends it early. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]))
  }
  if (Array.isArray(b)) return false
  if (a instanceof Map) {
    return (
      b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)))
    )
  }
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item))
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && same(left[name], right[name]))
  )
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
export const carriedElements = <T>(before: readonly T[], now: readonly T[]): readonly T[] =>
  before.length === now.length && now.every((element, index) => element === before[index]) ? before : now
