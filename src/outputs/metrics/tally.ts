import type { Series } from './metric.ts'

/**
 * Longer label values are cut. They hold what processes called themselves, and a scrape is paid for by everybody.
 * In UTF-16 code units.
 */
const longestValue = 200

/**
 * Values by label set. The key is JSON, so that no text in a label value can make two label sets look like one:
 * prom-client's own key, `k:v,k:v,` unescaped, can be forged.
 */
export class Tally<L extends string> {
  readonly #series = new Map<string, { readonly labels: Readonly<Record<L, string>>; value: number }>()

  /** Adds to the series with these labels, which begins at 0. */
  add(labels: Readonly<Record<L, string | null>>, value = 1): void {
    this.#at(labels, 0).value += value
  }

  /** Keeps the largest of the values given for these labels. */
  max(labels: Readonly<Record<L, string | null>>, value: number): void {
    const series = this.#at(labels, value)
    series.value = Math.max(series.value, value)
  }

  series(): Iterable<Series> {
    return this.#series.values()
  }

  #at(labels: Readonly<Record<L, string | null>>, first: number): { value: number } {
    // An empty label is the same as none in Prometheus: that is how "not known" is written.
    const entries = Object.entries<string | null>(labels).map(([name, value]) => [
      name,
      (value ?? '').slice(0, longestValue),
    ])
    const key = JSON.stringify(entries)
    let series = this.#series.get(key)
    if (series === undefined) {
      series = { labels: Object.freeze(Object.fromEntries(entries)), value: first }
      this.#series.set(key, series)
    }
    return series
  }
}

/** Counts items by their labels. */
export function tally<T, L extends string>(
  items: Iterable<T> | undefined,
  labelsOf: (item: T) => Readonly<Record<L, string | null>>,
): Iterable<Series> {
  const result = new Tally<L>()
  for (const item of items ?? []) result.add(labelsOf(item))
  return result.series()
}

/** Sums a measurement by labels; items where it is not known count for nothing, not for zero. */
export function sum<T, L extends string>(
  items: Iterable<T> | undefined,
  labelsOf: (item: T) => Readonly<Record<L, string | null>>,
  measure: (item: T) => number | null,
): Iterable<Series> {
  const result = new Tally<L>()
  for (const item of items ?? []) {
    const value = measure(item)
    if (value !== null) result.add(labelsOf(item), value)
  }
  return result.series()
}

/** The one series of a metric without labels; none where the value is not known. */
export const single = (value: number | null | undefined): Iterable<Series> =>
  value === null || value === undefined ? [] : [{ labels: {}, value }]
