export interface Range {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Rows drawn beyond what can be seen, on either side: a quick scroll finds them there. */
const spare = 12

/** Which of `count` rows of one height are worth drawing. Lengths are in CSS pixels. */
export function visibleRange(scrollTop: number, height: number, rowHeight: number, count: number): Range {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const from = Math.max(0, Math.min(first, count - Math.ceil(height / rowHeight)) - spare)
  return { from, to: Math.min(count, first + Math.ceil(height / rowHeight) + 1 + spare) }
}
