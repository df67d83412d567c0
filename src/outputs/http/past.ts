import type { Severity, Snapshot } from '../../core/model/snapshot.ts'
import type { Happening, Reboot } from '../../core/model/story.ts'
import { nodeRebooted } from '../../core/stories/node-rebooted.ts'
import { presentStory, type PublicStory } from '../../core/stories/present.ts'
import { timeForms, timeOf } from '../../core/snapshot/time-of.ts'
import { Refusal } from './refusal.ts'

/**
 * What came before, where a journal is kept. Times are ms since 1970. When the signal aborts, nobody waits for the answer
 * any more, and its reason may be thrown.
 */
export interface Past {
  /** `undefined`: the journal begins later, or nothing of that time can be read. */
  snapshotAt(atMs: number, signal: AbortSignal): Promise<Snapshot | undefined>
  /** Oldest first, with no more than `most` events. */
  eventsBetween(sinceMs: number, untilMs: number, most: number, signal: AbortSignal): Promise<readonly Happening[]>
  /** The last of them, with no more than `most` events, oldest first. */
  lastEvents(sinceMs: number, untilMs: number, most: number, signal: AbortSignal): Promise<readonly Happening[]>
  timeline(sinceMs: number, untilMs: number, parts: number, signal: AbortSignal): Promise<Drawn>
  /** `undefined`: nothing is written yet. */
  beginsAtMs(): number | undefined
}

interface Drawn {
  /** At most `parts`, oldest first: what happened in each of so many equal stretches in which anything did. */
  readonly marks: readonly { readonly atMs: number; readonly events: number; readonly worst: Severity | undefined }[]
  /** Of what nothing is known: the moment before is shown in its place. */
  readonly blanks: readonly { readonly fromMs: number; readonly untilMs: number; readonly why: BlankReason }[]
  readonly reboots: readonly Reboot[]
}

export const blankReasons = ['unwatched', 'damaged'] as const
type BlankReason = (typeof blankReasons)[number]

interface Sources {
  readonly past?: Past
}

/** Some 2 MB of JSON; who wants more asks again, from the time of the last one. */
export const MOST_EVENTS = 10_000

export async function snapshotAt(sources: Sources, at: string, signal: AbortSignal): Promise<Snapshot> {
  const past = pastOf(sources)
  const atMs = timeGiven('at', at)
  const found = await past.snapshotAt(atMs, signal)
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

/** What of the past is asked for: texts as they stand in a URL. */
interface Asked {
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** Only so many, from the first or from the last on. */
  readonly first?: string | undefined
  readonly last?: string | undefined
}

export async function happenedBetween(
  sources: Sources,
  asked: Asked,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const past = pastOf(sources)
  const { sinceMs, untilMs } = stretch(asked)
  const last = countGiven('last', asked.last, MOST_EVENTS)
  if (last !== undefined) return await past.lastEvents(sinceMs, untilMs, last, signal)
  const first = countGiven('first', asked.first, MOST_EVENTS) ?? MOST_EVENTS
  return await past.eventsBetween(sinceMs, untilMs, first, signal)
}

/** Of a list that is at hand. */
export function someOf<T>(events: readonly T[], { first, last }: Asked): readonly T[] {
  const lastOnes = countGiven('last', last, MOST_EVENTS)
  if (lastOnes !== undefined) return events.slice(-lastOnes)
  return events.slice(0, countGiven('first', first, MOST_EVENTS))
}

/** How a timeline is drawn: where the journal begins, and where something happened. */
export interface Timeline {
  readonly journal: boolean
  /** `null`: there is no journal, or nothing in it yet. ISO 8601, as are the others. */
  readonly beginsAt: string | null
  readonly marks: readonly { readonly at: string; readonly events: number; readonly worst: Severity | null }[]
  readonly blanks: readonly { readonly from: string; readonly until: string; readonly why: BlankReason }[]
  readonly reboots: readonly PublicStory[]
}

export const MOST_MARKS = 1_000

/** That there is no journal is an answer: the page asks before it knows. */
export async function timeline(
  sources: Sources,
  asked: Asked & { parts?: string | undefined },
  signal: AbortSignal,
): Promise<Timeline> {
  const { past } = sources
  const { sinceMs, untilMs } = stretch(asked)
  const parts = countGiven('parts', asked.parts, MOST_MARKS) ?? 200
  const beginsAtMs = past?.beginsAtMs()
  if (past === undefined || beginsAtMs === undefined)
    return { journal: past !== undefined, beginsAt: null, marks: [], blanks: [], reboots: [] }
  const drawn = await past.timeline(Math.max(sinceMs, beginsAtMs), untilMs, parts, signal)
  return {
    journal: true,
    beginsAt: iso(beginsAtMs),
    marks: drawn.marks.map(({ atMs, events, worst }) => ({ at: iso(atMs), events, worst: worst ?? null })),
    blanks: drawn.blanks.map(({ fromMs, untilMs: endsMs, why }) => ({ from: iso(fromMs), until: iso(endsMs), why })),
    reboots: drawn.reboots.map((reboot) => presentStory(nodeRebooted(reboot))),
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

function stretch({ since, until }: Asked): { sinceMs: number; untilMs: number } {
  const sinceMs = since === undefined ? 0 : timeGiven('since', since)
  const untilMs = until === undefined ? Date.now() : timeGiven('until', until)
  if (since !== undefined && until !== undefined && untilMs < sinceMs)
    throw new Refusal(400, `until=${JSON.stringify(until)} is before since=${JSON.stringify(since)}.`, 'Swap the two.')
  return { sinceMs, untilMs }
}

function countGiven(name: string, given: string | undefined, most: number): number | undefined {
  if (given === undefined) return undefined
  if (/^[1-9]\d{0,4}$/.test(given) && Number(given) <= most) return Number(given)
  throw new Refusal(400, `${name}=${JSON.stringify(given)} is no count.`, `Give a number from 1 to ${most}.`)
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
