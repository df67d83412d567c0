import type { NodeEvent } from '../core/model/event.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import type { Reboot } from '../core/model/story.ts'
import { lookOf, rebootBetween } from '../core/snapshot/reboot.ts'
import { blankBetween, type Gap, isDamage } from './gap.ts'
import { unwatched } from './marks.ts'
import { type JournalMoment, readSegment } from './read-segment.ts'
import { type Flaw, listSegments, type SegmentFile } from './segment-files.ts'

export interface Recalled {
  /** `undefined`: the journal begins later, at `beginsAtMs`, or holds nothing that can be read. */
  readonly snapshot: Snapshot | undefined
  readonly beginsAtMs: number | undefined
  readonly gaps: readonly Gap[]
}

/** An event, and the node before and after it: what the event is about is in one of them. */
export interface PastEvent {
  readonly event: NodeEvent
  readonly snapshots: readonly Snapshot[]
}

/** What a journal tells of a time beside its gaps. */
export type PastFact = PastEvent | { readonly reboot: Reboot }

/**
 * The node as it was at a time: the last moment in the journal's own order that the clock had not put behind it. Where
 * the clock went back, so that a time came twice, it is the second one. Throws what reading the directory throws, and
 * a signal that aborts.
 */
export async function snapshotAt(directory: string, atMs: number, signal?: AbortSignal): Promise<Recalled> {
  const segments = listSegments(directory)
  const gaps: Gap[] = []
  for (const [index, segment] of [...segments.entries()].reverse()) {
    if (segment.opening === undefined || openedAtMs(segment) > atMs) continue
    let snapshot: Snapshot | undefined
    let nextMs: number | undefined
    for await (const moment of readSegment(segment.path, flawIn(segment, gaps), signal)) {
      const takenAtMs = Date.parse(moment.snapshot.takenAt)
      if (takenAtMs > atMs) {
        nextMs = takenAtMs
        break
      }
      snapshot = moment.snapshot
    }
    if (snapshot === undefined) continue
    const fromMs = Date.parse(snapshot.takenAt)
    const next = segments.slice(index + 1).find(({ opening }) => opening !== undefined)
    const untilMs = nextMs ?? (next && openedAtMs(next))
    const damaged = nextMs === undefined && (gaps.some(isDamage) || segments[index + 1] !== next)
    gaps.push(...blankBetween(fromMs, atMs, damaged).map((gap) => ({ ...gap, untilMs })))
    return { snapshot, beginsAtMs: beginOf(segments), gaps }
  }
  return { snapshot: undefined, beginsAtMs: beginOf(segments), gaps }
}

/**
 * Events from `sinceMs` to `untilMs` by their time, and reboots by the time of the first look after them, in the order in
 * which they were written; and the gaps of that time. Throws as above.
 */
export async function* eventsBetween(
  directory: string,
  sinceMs: number,
  untilMs: number,
  gapFound: (gap: Gap) => void,
  signal?: AbortSignal,
): AsyncGenerator<PastFact> {
  const segments = listSegments(directory)
  const gaps: Gap[] = []
  const isAsked = (at: string) => Date.parse(at) >= sinceMs && Date.parse(at) <= untilMs
  let last: Snapshot | undefined
  let damaged = false
  const tellBlank = (toMs: number) => {
    for (const gap of blankBetween(last && Date.parse(last.takenAt), toMs, damaged))
      if (gap.fromMs < untilMs && gap.untilMs > sinceMs) gapFound(gap)
  }
  for (const [index, segment] of segments.entries()) {
    if (!mayHold(segment, segments[index + 1], sinceMs, untilMs)) continue
    for await (const { before, snapshot, events } of readSegment(segment.path, flawIn(segment, gaps), signal)) {
      // Within a segment the node is never another.
      const reboot = before === undefined ? rebootBetween(last && lookOf(last), lookOf(snapshot)) : undefined
      if (reboot !== undefined && isAsked(reboot.after.takenAt)) yield { reboot }
      tellBlank(Date.parse(snapshot.takenAt))
      last = snapshot
      damaged = false
      const snapshots = before === undefined ? [snapshot] : [snapshot, before]
      for (const event of events) if (isAsked(event.at)) yield { event, snapshots }
    }
    damaged ||= segment.opening === undefined || gaps.some(isDamage)
    for (const gap of gaps.splice(0)) gapFound(gap)
  }
  for (const gap of blankBetween(last && Date.parse(last.takenAt), untilMs, damaged))
    gapFound({ ...gap, untilMs: undefined })
}

/** What a journal tells of a time, in the order in which it was written. */
export type Told = { readonly moment: JournalMoment } | { readonly gap: Gap }

/**
 * The node at `fromMs`, and every moment from then until `untilMs`. Where nobody looked at `fromMs` it begins with the
 * first that was seen after it. Throws as above.
 */
export async function* toldBetween(directory: string, fromMs: number, untilMs: number): AsyncGenerator<Told> {
  const segments = listSegments(directory)
  const gaps: Gap[] = []
  /** The last one before `fromMs`. */
  let lead: JournalMoment | undefined
  let lastMs: number | undefined
  let damaged = false
  const leadIn = function* (): Generator<Told> {
    if (lead === undefined || lastMs !== undefined || unwatched(takenAtMs(lead), fromMs).length > 0) return
    lastMs = takenAtMs(lead)
    yield { moment: { ...lead, events: [] } }
  }
  for (const [index, segment] of segments.entries()) {
    if (openedAtMs(segment) > untilMs || !mayHold(segment, segments[index + 1], fromMs, untilMs)) continue
    for await (const moment of readSegment(segment.path, flawIn(segment, gaps))) {
      const atMs = takenAtMs(moment)
      // Within a segment no time goes back.
      if (atMs > untilMs) break
      if (atMs <= fromMs) {
        lead = moment
        continue
      }
      yield* leadIn()
      for (const gap of blankBetween(lastMs, atMs, damaged)) yield { gap }
      lastMs = atMs
      damaged = false
      yield { moment }
    }
    damaged ||= segment.opening === undefined || gaps.some(isDamage)
    for (const gap of gaps.splice(0)) yield { gap }
  }
  // Between two looks at a node where nothing happened.
  yield* leadIn()
}

const takenAtMs = ({ snapshot }: JournalMoment): number => Date.parse(snapshot.takenAt)

/** When the journal begins by its oldest readable segment; `undefined`: there is none. Throws as above. */
export const beginningOf = (directory: string): number | undefined => beginOf(listSegments(directory))

const beginOf = (segments: readonly SegmentFile[]): number | undefined => {
  const oldest = segments.find(({ opening }) => opening !== undefined)
  return oldest && openedAtMs(oldest)
}

const openedAtMs = ({ opening }: SegmentFile): number => Date.parse(opening?.takenAt ?? '')

/** A head may tell events that are older than it, from a time when nothing could be written. */
function mayHold(segment: SegmentFile, next: SegmentFile | undefined, sinceMs: number, untilMs: number): boolean {
  if (segment.opening === undefined) return true
  const nextMs = next === undefined ? Number.NaN : openedAtMs(next)
  // Where the clock went back after it, nothing tells when it ended.
  const endsBefore = nextMs >= openedAtMs(segment) && nextMs < sinceMs
  return !endsBefore && openedAtMs(segment) - LONGEST_OUTAGE_MS <= untilMs
}

const LONGEST_OUTAGE_MS = 7 * 86_400_000

const flawIn =
  ({ path }: SegmentFile, gaps: Gap[]) =>
  (flaw: Flaw): void => {
    gaps.push({ kind: 'flawed', path, flaw })
  }
