import type { Happening } from '../core/model/story.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import { toldIn } from '../journal/excerpt-history.ts'
import { beginningOf, eventsBetween, type PastFact, snapshotAt } from '../journal/look-back.ts'
import { inParts, markOf, unwatched } from '../journal/marks.ts'
import { endOf, PastEvents } from '../journal/past-events.ts'
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
    } catch (error) {
      throw unreadable(error) ?? error
    } finally {
      asked -= 1
    }
  }
  return {
    snapshotAt: (atMs, signal) => oneOfFew(async () => (await snapshotAt(directory, atMs, signal)).snapshot),
    eventsBetween: (sinceMs, untilMs, most, signal) =>
      oneOfFew(() =>
        firstOf(
          eventsBetween(directory, sinceMs, untilMs, () => {}, signal),
          most,
        ),
      ),
    lastEvents: (sinceMs, untilMs, most, signal) => oneOfFew(() => happened.last(sinceMs, untilMs, most, signal)),
    timeline: (sinceMs, untilMs, parts, signal) => oneOfFew(() => happened.timeline(sinceMs, untilMs, parts, signal)),
    beginsAtMs() {
      try {
        return beginningOf(directory)
      } catch (error) {
        throw unreadable(error) ?? error
      }
    },
  }
}

/** `undefined`: it is not the file system that says so. */
function unreadable(error: unknown): Refusal | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return undefined
  return new Refusal(
    500,
    `The journal cannot be read (${code}).`,
    'See whether the directory of --journal.directory is there, and who may read it.',
  )
}

/** With so many events at the most. */
async function firstOf(told: AsyncIterable<PastFact> | Iterable<PastFact>, most: number): Promise<Happening[]> {
  const found: Happening[] = []
  let events = 0
  for await (const one of told) {
    found.push(happeningOf(one))
    if ('event' in one) events += 1
    if (events === most) break
  }
  return found
}

const happeningOf = (told: PastFact): Happening => ('event' in told ? told.event : told.reboot)

/** The same of a file that came out of a journal, all of it, however much of it has been played. */
export function lookBackIntoExcerpt(excerpt: Excerpt): Past {
  const { moments } = excerpt
  return {
    snapshotAt: async (atMs) => moments.findLast(({ takenAtMs }) => takenAtMs <= atMs)?.snapshot,
    eventsBetween: (sinceMs, untilMs, most) => firstOf(toldIn(excerpt, sinceMs, untilMs), most),
    lastEvents: async (sinceMs, untilMs, most) => endOf(toldIn(excerpt, sinceMs, untilMs).map(happeningOf), most),
    async timeline(sinceMs, untilMs, parts) {
      const marks = moments.flatMap(({ snapshot, events }) => events.map((event) => markOf(event, snapshot.verdicts)))
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
        reboots: toldIn(excerpt, sinceMs, untilMs).flatMap((told) => ('reboot' in told ? [told.reboot] : [])),
      }
    },
    beginsAtMs: () => moments.reduce((least, { takenAtMs }) => Math.min(least, takenAtMs), Number.POSITIVE_INFINITY),
  }
}
