import type { Row } from './rows.ts'

/** What a key does to the tree. */
export type Step =
  | { readonly do: 'go'; readonly to: number }
  | { readonly do: 'fold' | 'unfold' | 'select'; readonly at: number }

/**
 * The keys of the ARIA treegrid pattern, with focus on rows. `undefined`: the key is none of them, or does nothing here.
 * https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/
 */
export function stepOf(key: string, rows: readonly Row[], at: number, page: number): Step | undefined {
  const last = rows.length - 1
  const row = rows[at]
  const go = (to: number): Step | undefined =>
    rows.length === 0 ? undefined : { do: 'go', to: Math.max(0, Math.min(last, to)) }
  switch (key) {
    case 'ArrowDown':
      return go(at + 1)
    case 'ArrowUp':
      return go(at - 1)
    case 'PageDown':
      return go(at + page)
    case 'PageUp':
      return go(at - page)
    case 'Home':
      return go(0)
    case 'End':
      return go(last)
    case 'ArrowRight':
      if (row?.open === false) return { do: 'unfold', at }
      return row?.open === true && (rows[at + 1]?.level ?? 0) > row.level ? go(at + 1) : undefined
    case 'ArrowLeft':
      if (row?.open === true) return { do: 'fold', at }
      return row !== undefined && row.parent >= 0 ? go(row.parent) : undefined
    case 'Enter':
    case ' ':
      return row === undefined ? undefined : { do: 'select', at }
    default:
      return undefined
  }
}
