import type { Interest, Wanted } from '../core/model/process.ts'
import type { Announced } from './announcements.ts'
import { isTurn, type Rhythm } from './rhythm.ts'

/** `closely`: everybody on whom something hangs, and everything about them, whoever's turn it is. */
export type Look = 'in turns' | 'closely'

/** Who and what is read again in one pass. */
export interface Attention {
  readonly rhythm: Rhythm
  /** Number of this pass; the first is 1. */
  readonly pass: number
  readonly look: Look
  /** Since the last pass, to this one. */
  readonly announced: Announced
  /** By pid: on whom something hangs, as it was found last. */
  readonly wanted: ReadonlyMap<number, Wanted>
  /** Pids that a verdict is about, or that are on their way to be something else. */
  readonly concern: ReadonlySet<number>
  /** Whoever started since then may still be on its way to its program and its cgroup. In ticks since boot. */
  readonly newSinceTicks: number
  /** Whoever started since then may do anything yet, and keepers become what they are. In ticks since boot. */
  readonly youngSinceTicks: number
  /** Time since boot at which this pass began. */
  readonly uptimeMs: number
}

/** Whether a keeper, or what it keeps, is looked at in this pass. */
export const isDue = (pid: number, interest: Interest, attention: Attention): boolean =>
  attention.look === 'closely' ||
  isFleeting(interest) ||
  isTurn(pid, attention.rhythm.keepers, attention) ||
  attention.concern.has(pid)

/** Of whom a verdict may come of the state alone: it is read in every pass. */
export const isWatched = (interest: Interest): boolean =>
  isFleeting(interest) || interest === 'shim' || interest === 'root' || interest === 'machine'

/** Of some a pass may change everything; and they are few. */
export function isFleeting(interest: Interest): boolean {
  switch (interest) {
    case 'daemon':
    case 'engine':
    case 'stray':
    case 'blocked':
      return true
    case 'shim':
    case 'root':
    case 'machine':
    case 'zombie':
    case 'reaper':
      return false
  }
}
