/**
 * One attempt to learn something. Not knowing is a value: a denied or malformed reading is kept as what it is,
 * so that nothing later can mistake it for a fact.
 *
 * - `known`: read and understood.
 * - `denied`: it is there, but this reader may not see it (EACCES, EPERM, or a denial dressed as a value).
 * - `gone`: the thing does not exist, or no longer (ENOENT, ESRCH).
 * - `malformed`: read, but not in the documented form; `text` is the start of what was there.
 * - `unread`: nobody asked.
 */
export type Reading<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'denied' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'malformed'; readonly text: string }
  | { readonly kind: 'unread' }

export const denied: Reading<never> = { kind: 'denied' }
export const gone: Reading<never> = { kind: 'gone' }
export const unread: Reading<never> = { kind: 'unread' }
export const known = <T>(value: T): Reading<T> => ({ kind: 'known', value })
export const malformed = (text: string): Reading<never> => ({ kind: 'malformed', text: text.slice(0, 120) })

/** The value, or `null` when it is not known for whatever reason. */
export const valueOf = <T>(reading: Reading<T>): T | null => (reading.kind === 'known' ? reading.value : null)

/** Carries an understanding over a reading; `undefined` from `understand` means that the text is malformed. */
export function mapReading<T, U>(reading: Reading<T>, understand: (value: T) => U | undefined): Reading<U> {
  if (reading.kind !== 'known') return reading
  const value = understand(reading.value)
  return value === undefined ? malformed(String(reading.value)) : known(value)
}
