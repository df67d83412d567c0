import type { Blank } from './past-answers.ts'

/** The blank that a moment is in, if it is in one: what is shown of it is as old as the beginning of that. */
export const blankAt = (blanks: readonly Blank[], atMs: number): Blank | undefined =>
  blanks.find(({ from, until }) => atMs > Date.parse(from) && atMs < Date.parse(until))
