import type { NodeEvent } from '../core/model/event.ts'
import type { Severity, Snapshot } from '../core/model/snapshot.ts'
import { STILL_MS } from './journal.ts'

/** What happened within a stretch of time. */
export interface Mark {
  /** Of its first event. */
  readonly atMs: number
  readonly events: number
  /** Of the verdicts that were raised; `undefined`: none was. */
  readonly worst: Severity | undefined
}

/** A stretch of which the journal knows nothing: it shows the moment before. */
export interface Blank {
  readonly fromMs: number
  readonly untilMs: number
  /** `unwatched`: nobody looked, or nobody could write. */
  readonly why: 'unwatched' | 'damaged'
}

/** A quiet node says once a minute that it is; a pass may be late by half of that. */
const UNWATCHED_MS = STILL_MS * 1.5

/** What nobody has looked at between two moments. */
export function unwatched(fromMs: number | undefined, untilMs: number): readonly Blank[] {
  if (fromMs === undefined || !(untilMs - fromMs > UNWATCHED_MS)) return []
  return [{ fromMs, untilMs, why: 'unwatched' }]
}

/** An event as a mark of its own. */
export const markOf = (event: NodeEvent, verdicts: Snapshot['verdicts']): Mark => ({
  atMs: Date.parse(event.at),
  events: 1,
  worst: severityOf(event, verdicts),
})

/** At most one mark for each of so many equal parts of a time, oldest first. */
export function inParts(marks: readonly Mark[], sinceMs: number, untilMs: number, parts: number): readonly Mark[] {
  const partMs = Math.max(1, (untilMs - sinceMs + 1) / parts)
  return together(marks, ({ atMs }) => Math.floor((atMs - sinceMs) / partMs))
}

/** One mark for all of one part, oldest first. */
export function together(marks: readonly Mark[], partOf: (mark: Mark) => number): readonly Mark[] {
  const parts = new Map<number, Mark>()
  for (const mark of marks) {
    const part = partOf(mark)
    const before = parts.get(part)
    parts.set(part, before === undefined ? mark : joined(before, mark))
  }
  return [...parts.values()].sort((a, b) => a.atMs - b.atMs)
}

const joined = (a: Mark, b: Mark): Mark => ({
  atMs: Math.min(a.atMs, b.atMs),
  events: a.events + b.events,
  worst: worse(a.worst, b.worst),
})

const ranks: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 }

const worse = (a: Severity | undefined, b: Severity | undefined): Severity | undefined =>
  (a === undefined ? 0 : ranks[a]) >= (b === undefined ? 0 : ranks[b]) ? a : b

/** An event of a verdict begins with its code. One that was missed may have been cleared since: nothing tells how bad it was. */
function severityOf({ type, subject, summary }: NodeEvent, verdicts: Snapshot['verdicts']): Severity | undefined {
  if (type !== 'verdict-raised') return undefined
  const raised = verdicts.find(
    (verdict) =>
      summary.startsWith(`${verdict.code} `) &&
      verdict.subject.kind === subject.kind &&
      verdict.subject.key === subject.key &&
      verdict.subject.id === subject.id &&
      verdict.subject.pid === subject.pid,
  )
  return raised?.severity ?? 'warning'
}
