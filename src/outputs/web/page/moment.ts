import { timeForms, timeOf } from '../../../core/snapshot/time-of.ts'
import { ageOf } from './wording.ts'

const two = (number: number): string => String(number).padStart(2, '0')

/** `2026-11-21 03:12:05`, by the clock on the reader's wall. */
export function momentText(ms: number): string {
  const at = new Date(ms)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `2026-11-21 03:12:05 (4 h ago)` */
export const pastText = (ms: number, nowMs: number): string => `${momentText(ms)} (${ageOf(ms, nowMs)} ago)`

/** The moment that somebody typed, in ms since 1970, or a sentence about what they typed. */
export function typedMoment(typed: string, nowMs: number): number | string {
  const ms = timeOf(typed.trim(), nowMs)
  if (ms === undefined) return `That is no time: give ${timeForms}.`
  return ms > nowMs ? `${momentText(ms)} has not come yet.` : ms
}
