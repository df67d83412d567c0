import type { NodeEvent } from '../../core/model/event.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { timeForms, timeOf } from '../../core/snapshot/time-of.ts'
import { Refusal } from './refusal.ts'

/** What came before, where a journal is kept. Times are ms since 1970. */
export interface Past {
  /** `undefined`: the journal begins later, or nothing of that time can be read. */
  snapshotAt(atMs: number): Promise<Snapshot | undefined>
  /** Oldest first, and no more than `most`. */
  eventsBetween(sinceMs: number, untilMs: number, most: number): Promise<readonly NodeEvent[]>
  /** `undefined`: nothing is written yet. */
  beginsAtMs(): number | undefined
}

interface Sources {
  readonly past?: Past
}

/** Some 2 MB of JSON; who wants more asks again, from the time of the last one. */
export const MOST_EVENTS = 10_000

export async function snapshotAt(sources: Sources, at: string): Promise<Snapshot> {
  const past = pastOf(sources)
  const atMs = timeGiven('at', at)
  const found = await past.snapshotAt(atMs)
  if (found !== undefined) return found
  const beginsAtMs = past.beginsAtMs()
  throw new Refusal(
    404,
    `The journal has nothing of ${new Date(atMs).toISOString()}.`,
    beginsAtMs === undefined
      ? 'Nothing is written yet; try again later.'
      : `It begins at ${new Date(beginsAtMs).toISOString()}: give a later time.`,
  )
}

export async function eventsBetween(
  sources: Sources,
  since: string | undefined,
  until: string | undefined,
): Promise<readonly NodeEvent[]> {
  const past = pastOf(sources)
  const sinceMs = since === undefined ? 0 : timeGiven('since', since)
  const untilMs = until === undefined ? Date.now() : timeGiven('until', until)
  return await past.eventsBetween(sinceMs, untilMs, MOST_EVENTS)
}

function pastOf({ past }: Sources): Past {
  if (past !== undefined) return past
  throw new Refusal(
    404,
    'This agent keeps no journal: it knows the present, and its last events.',
    'Start it with --journal.directory DIR, or leave the time out.',
  )
}

function timeGiven(name: string, given: string): number {
  const ms = timeOf(given, Date.now())
  // What a Date holds. ECMA-262, 21.4.1.1
  if (ms !== undefined && Math.abs(ms) <= 8.64e15) return ms
  throw new Refusal(400, `${name}=${JSON.stringify(given)} is no time.`, `Give ${timeForms}.`)
}
