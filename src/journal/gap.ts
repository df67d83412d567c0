import { type Blank, unwatched } from './marks.ts'
import type { Flaw } from './segment-files.ts'

/** What a journal could not say, for a sentence about it. */
export type Gap =
  | { readonly kind: 'flawed'; readonly path: string; readonly flaw: Flaw }
  /** Nothing is known between the two; `untilMs` is `undefined`: nor of what came since. */
  | {
      readonly kind: 'blank'
      readonly why: Blank['why']
      readonly fromMs: number
      readonly untilMs: number | undefined
    }

export const isDamage = (gap: Gap): boolean => gap.kind === 'flawed' && gap.flaw.kind === 'damaged'

/** What is not known between two moments that follow on each other. */
export const blankBetween = (fromMs: number | undefined, untilMs: number, damaged: boolean) =>
  unwatched(fromMs, untilMs).map((blank) => ({
    ...blank,
    kind: 'blank' as const,
    why: damaged ? ('damaged' as const) : blank.why,
  }))
