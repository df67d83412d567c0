import { type LabelSet, labelSet } from './label-set.ts'
import type { Series } from './metric.ts'

/** Values by label set. What they are kept by is how the labels are written: no value can make two sets look like one. */
export class Tally<L extends string> {
  readonly #series = new Map<string, LabelSet & { value: number }>()
  /** By the values as they were given: of thousands of items most are labelled as one before was. */
  readonly #given = new Map<string, { value: number }>()

  /** Adds to the series with these labels, which begins at 0. */
  add(labels: Readonly<Record<L, string | null>>, value = 1): void {
    this.#of(labels, 0).value += value
  }

  /** The same for labels that were made before. */
  addTo(labels: LabelSet, value: number): void {
    this.#at(labels, 0).value += value
  }

  /** Keeps the largest of the values given for these labels. */
  max(labels: Readonly<Record<L, string | null>>, value: number): void {
    const series = this.#of(labels, value)
    series.value = Math.max(series.value, value)
  }

  series(): Iterable<Series> {
    return this.#series.values()
  }

  #of(labels: Readonly<Record<L, string | null>>, first: number): { value: number } {
    let key = ''
    // With their lengths, so that no two lists of values look alike.
    for (const name in labels) key += `${labels[name]?.length ?? 0}:${labels[name] ?? ''}`
    let series = this.#given.get(key)
    if (series === undefined) {
      series = this.#at(labelSet(labels), first)
      this.#given.set(key, series)
    }
    return series
  }

  #at({ labels, written }: LabelSet, first: number): { value: number } {
    let series = this.#series.get(written)
    if (series === undefined) {
      series = { labels, written, value: first }
      this.#series.set(written, series)
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
