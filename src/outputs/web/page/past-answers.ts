import type { NodeEvent } from '../../../core/model/event.ts'
import type { Severity, Snapshot } from '../../../core/model/snapshot.ts'

/** What the agent's API says about the past, as the page asks it. */

export interface Mark {
  readonly at: string
  readonly events: number
  readonly worst: Severity | null
}

/** A stretch of which nothing is known: the moment before is shown in its place. */
export interface Blank {
  readonly from: string
  readonly until: string
  readonly why: 'unwatched' | 'damaged'
}

/** That the node was rebooted: after the one time, and before the other. */
export interface Reboot {
  readonly id: string
  readonly since: string
  readonly until: string
  readonly summary: string
}

export interface Timeline {
  readonly journal: boolean
  readonly beginsAt: string | null
  readonly marks: readonly Mark[]
  readonly blanks: readonly Blank[]
  readonly reboots: readonly Reboot[]
}

/** The node at a moment, and what had happened by then. */
export interface Then {
  readonly snapshot: Snapshot
  readonly events: readonly NodeEvent[]
  readonly reboots: readonly Reboot[]
}

/** Why there is no answer: a sentence, and whether another try may have one. */
export class NoAnswer extends Error {
  readonly again: 'soon' | 'connected' | 'never'

  constructor(sentence: string, again: NoAnswer['again']) {
    super(sentence)
    this.again = again
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** Events that are listed of a moment's past. */
const listed = 100

export async function askThen(atMs: number, signal: AbortSignal): Promise<Then> {
  const [snapshot, { events, stories }] = await Promise.all([
    ask<Snapshot>(`api/v1/snapshot?at=${iso(atMs)}`, signal),
    ask<{ events: readonly NodeEvent[]; stories: readonly (Reboot & { kind: string })[] }>(
      `api/v1/events?until=${iso(atMs)}&last=${listed}`,
      signal,
    ),
  ])
  return { snapshot, events, reboots: stories.filter(({ kind }) => kind === 'node-rebooted') }
}

export const askTimeline = (fromMs: number, untilMs: number, parts: number, signal: AbortSignal): Promise<Timeline> =>
  ask(`api/v1/timeline?since=${iso(fromMs)}&until=${iso(untilMs)}&parts=${parts}`, signal)

/** When the event before or after a moment happened; `undefined`: there is none. */
export async function askNeighbour(
  direction: 'before' | 'after',
  atMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const query = direction === 'before' ? `until=${iso(atMs - 1)}&last=1` : `since=${iso(atMs + 1)}&first=1`
  const { events } = await ask<{ events: readonly NodeEvent[] }>(`api/v1/events?${query}`, signal)
  const [found] = events
  return found && Date.parse(found.at)
}

async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal }).catch(() => {
    throw new NoAnswer('The agent does not answer.', 'connected')
  })
  const said: unknown = await response.json().catch(() => {
    throw new NoAnswer('What the agent answered cannot be read.', 'connected')
  })
  if (response.ok) return said as T
  const { error, next } = said as { readonly error?: string; readonly next?: string }
  const busy = response.status === 503 || response.status === 429
  throw new NoAnswer(
    [error ?? `It was answered with ${response.status}.`, next ?? ''].join(' '),
    busy ? 'soon' : 'never',
  )
}
