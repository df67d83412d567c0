import type { NodeEvent } from '../core/model/event.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import { beginningOf, eventsBetween, snapshotAt } from '../journal/look-back.ts'
import { inParts, markOf, unwatched } from '../journal/marks.ts'
import { PastEvents } from '../journal/past-events.ts'
import type { Past } from '../outputs/http/past.ts'
import { Refusal } from '../outputs/http/refusal.ts'

/** Each may read and unpack some megabytes, beside a feed that is to stay quick. */
const MOST_AT_ONCE = 4

/** The journal of a directory, as the API asks it. What cannot be read of it is left out. */
export function lookBackInto(directory: string): Past {
  const happened = new PastEvents(directory)
  let asked = 0
  const oneOfFew = async <T>(look: () => Promise<T>): Promise<T> => {
    if (asked >= MOST_AT_ONCE)
      throw new Refusal(503, `${asked} others look into the journal already.`, 'Try again in a second.', 1)
    asked += 1
    try {
      return await look()
    } finally {
      asked -= 1
    }
  }
  return {
    snapshotAt: (atMs) => oneOfFew(async () => (await snapshotAt(directory, atMs)).snapshot),
    eventsBetween: (sinceMs, untilMs, most) => oneOfFew(() => firstEvents(directory, sinceMs, untilMs, most)),
    lastEvents: (sinceMs, untilMs, most) => oneOfFew(() => happened.last(sinceMs, untilMs, most)),
    timeline: (sinceMs, untilMs, parts) => oneOfFew(() => happened.timeline(sinceMs, untilMs, parts)),
    beginsAtMs: () => beginningOf(directory),
  }
}

async function firstEvents(directory: string, sinceMs: number, untilMs: number, most: number): Promise<NodeEvent[]> {
  const found: NodeEvent[] = []
  for await (const { event } of eventsBetween(directory, sinceMs, untilMs, () => {})) {
    found.push(event)
    if (found.length === most) break
  }
  return found
}

/** The same of a file that came out of a journal, all of it, however much of it has been played. */
export function lookBackIntoExcerpt({ moments }: Excerpt): Past {
  const events = moments.flatMap(({ delta }) => delta?.events ?? [])
  const between = (sinceMs: number, untilMs: number) =>
    events.filter(({ at }) => Date.parse(at) >= sinceMs && Date.parse(at) <= untilMs)
  return {
    snapshotAt: async (atMs) => moments.findLast(({ takenAtMs }) => takenAtMs <= atMs)?.snapshot,
    eventsBetween: async (sinceMs, untilMs, most) => between(sinceMs, untilMs).slice(0, most),
    lastEvents: async (sinceMs, untilMs, most) => between(sinceMs, untilMs).slice(-most),
    async timeline(sinceMs, untilMs, parts) {
      const marks = moments.flatMap(({ snapshot, delta }) =>
        (delta?.events ?? []).map((event) => markOf(event, snapshot.verdicts)),
      )
      const blanks = moments.slice(1).flatMap(({ takenAtMs }, n) => unwatched(moments[n]?.takenAtMs, takenAtMs))
      const isAsked = (fromMs: number, toMs: number) => toMs >= sinceMs && fromMs <= untilMs
      return {
        marks: inParts(
          marks.filter(({ atMs }) => isAsked(atMs, atMs)),
          sinceMs,
          untilMs,
          parts,
        ),
        blanks: blanks.filter((blank) => isAsked(blank.fromMs, blank.untilMs)),
      }
    },
    beginsAtMs: () => moments.reduce((least, { takenAtMs }) => Math.min(least, takenAtMs), Number.POSITIVE_INFINITY),
  }
}
