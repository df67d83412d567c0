import type { ExcerptMoment } from './excerpt.ts'

/** The same moment in a later round of an excerpt that is played over and over: in a life of its own, which begins anew. */
export function laterMoment(
  { takenAtMs, snapshot, delta, events: happened }: ExcerptMoment,
  ms: number,
  round: number,
): ExcerptMoment {
  const takenAt = later(snapshot.takenAt, ms)
  const events = happened.map((event) => ({ ...event, at: later(event.at, ms) }))
  return {
    takenAtMs: takenAtMs + ms,
    snapshot: { ...snapshot, run: `${snapshot.run}.${round + 1}`, takenAt },
    delta: delta && { ...delta, takenAt, events },
    events,
  }
}

const later = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString()
