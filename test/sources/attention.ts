import type { Attention } from '../../src/sources/attention.ts'
import { inTurns, type Rhythm } from '../../src/sources/rhythm.ts'

/** Of a pass in which nobody is new, of concern or of interest, and of which the kernel has said nothing. */
export const attentionIn = (pass: number, rhythm: Rhythm = inTurns(2_000)): Attention => ({
  rhythm,
  pass,
  look: 'in turns',
  announced: undefined,
  wanted: new Map(),
  concern: new Set(),
  newSinceTicks: 1_000,
  youngSinceTicks: 1_000,
  uptimeMs: 0,
})
