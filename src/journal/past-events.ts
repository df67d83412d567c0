import type { NodeEvent } from '../core/model/event.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { type Happening, isEvent, type Look, type Reboot } from '../core/model/story.ts'
import { lookOf, rebootBetween } from '../core/snapshot/reboot.ts'
import { type Blank, inParts, type Mark, markOf, together, unwatched } from './marks.ts'
import { readSegment } from './read-segment.ts'
import { type Flaw, listSegments, type SegmentFile } from './segment-files.ts'

/** What is kept of a segment. */
interface Counted {
  readonly cells: readonly Mark[]
  readonly blanks: readonly Blank[]
  /** At the first and at the last moment that can be read; `undefined`: there is none. */
  readonly first: Look | undefined
  readonly last: Look | undefined
  readonly flaw: Flaw['kind'] | undefined
}

/** What is kept of a segment counts events by stretches of this length: some 60 bytes each, where there were any. */
const CELL_MS = 5_000

/**
 * What happened when, for the whole of a journal, without all of its events in memory. A segment that is complete is read
 * once; what was counted is kept for as long as it is there. What cannot be read of it is left out.
 */
export class PastEvents {
  readonly #directory: string
  readonly #counted = new Map<string, { readonly bytes: number; readonly counted: Promise<Counted> }>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * At most `parts` marks from `sinceMs` to `untilMs`, oldest first, of what nothing is known, and when the node was
   * rebooted. Throws what reading the directory throws, and a signal that aborts.
   */
  async timeline(
    sinceMs: number,
    untilMs: number,
    parts: number,
    signal?: AbortSignal,
  ): Promise<{
    readonly marks: readonly Mark[]
    readonly blanks: readonly Blank[]
    readonly reboots: readonly Reboot[]
  }> {
    const segments = listSegments(this.#directory)
    this.#forgetOthers(segments)
    const cells: Mark[] = []
    const blanks: Blank[] = []
    const reboots: Reboot[] = []
    let before: Look | undefined
    for (const [index, segment] of segments.entries()) {
      if (!mayHold(segments, index, sinceMs, untilMs)) continue
      const counted = await this.#countedOf(segment)
      signal?.throwIfAborted()
      reboots.push(...rebootIn(before, counted.first, sinceMs, untilMs))
      before = counted.last ?? before
      cells.push(...counted.cells.filter(({ atMs }) => atMs >= sinceMs && atMs <= untilMs))
      blanks.push(...counted.blanks, ...blankAfter(counted, segments.slice(index + 1), untilMs))
    }
    return {
      marks: inParts(cells, sinceMs, untilMs, parts),
      blanks: blanks.filter((blank) => blank.untilMs >= sinceMs && blank.fromMs <= untilMs),
      reboots,
    }
  }

  /**
   * The last `most` events from `sinceMs` to `untilMs`, in the order in which they were written, with the reboots between
   * them. Throws as above.
   */
  async last(sinceMs: number, untilMs: number, most: number, signal?: AbortSignal): Promise<readonly Happening[]> {
    const segments = listSegments(this.#directory)
    const asked = ({ at }: NodeEvent) => Date.parse(at) >= sinceMs && Date.parse(at) <= untilMs
    let found: readonly Happening[] = []
    let missing = most
    let after: Look | undefined
    for (const [index, segment] of [...segments.entries()].reverse()) {
      if (missing <= 0) break
      if (!mayHold(segments, index, sinceMs, untilMs)) continue
      const { cells, first, last } = await this.#countedOf(segment)
      signal?.throwIfAborted()
      found = [...rebootIn(last, after, sinceMs, untilMs), ...found]
      after = first ?? after
      if (!cells.some(({ atMs }) => atMs <= untilMs && atMs + CELL_MS > sinceMs)) continue
      const here: NodeEvent[] = []
      for await (const { events } of readSegment(segment.path, () => {}, signal)) here.push(...events.filter(asked))
      found = [...here, ...found]
      missing -= here.length
    }
    return endOf(found, most)
  }

  /** While a segment grows, it is another one each time. */
  #countedOf({ path, bytes }: SegmentFile): Promise<Counted> {
    const known = this.#counted.get(path)
    if (known?.bytes === bytes) return known.counted
    const counted = count(path)
    this.#counted.set(path, { bytes, counted })
    // What could not be read now may be later.
    counted.catch(() => this.#counted.delete(path))
    return counted
  }

  #forgetOthers(segments: readonly SegmentFile[]): void {
    const there = new Set(segments.map(({ path }) => path))
    for (const path of this.#counted.keys()) if (!there.has(path)) this.#counted.delete(path)
  }
}

/** The head of a segment may tell events of the time before it, when nothing could be written. */
function mayHold(segments: readonly SegmentFile[], index: number, sinceMs: number, untilMs: number): boolean {
  const openedAtMs = openedAt(segments[index])
  const nextMs = openedAt(segments[index + 1])
  const beforeMs = openedAt(segments[index - 1])
  // Where the clock went back after it, nothing tells when it ended.
  const endsBefore = nextMs >= openedAtMs && nextMs < sinceMs
  return !endsBefore && (openedAtMs <= untilMs || beforeMs <= untilMs)
}

const openedAt = (segment: SegmentFile | undefined): number => Date.parse(segment?.opening?.takenAt ?? '')

async function count(path: string): Promise<Counted> {
  const marks: Mark[] = []
  const blanks: Blank[] = []
  let first: Look | undefined
  let last: Snapshot | undefined
  let flaw: Flaw['kind'] | undefined
  const flawed = ({ kind }: Flaw) => {
    flaw = kind
  }
  for await (const { snapshot, events } of readSegment(path, flawed)) {
    blanks.push(...unwatched(last && Date.parse(last.takenAt), Date.parse(snapshot.takenAt)))
    first ??= lookOf(snapshot)
    last = snapshot
    for (const event of events) marks.push(markOf(event, snapshot.verdicts))
  }
  const cells = together(marks, ({ atMs }) => Math.floor(atMs / CELL_MS))
  return { cells, blanks, first, last: last && lookOf(last), flaw }
}

/** What happened last, with so many events at the most. */
export function endOf(found: readonly Happening[], most: number): readonly Happening[] {
  let surplus = found.filter(isEvent).length - most
  if (surplus <= 0) return found
  return found.slice(
    found.findIndex((one) => {
      if (isEvent(one)) surplus -= 1
      return surplus < 0
    }),
  )
}

/** Between two segments, if the first look after it is of the time that is asked for. */
function rebootIn(before: Look | undefined, after: Look | undefined, sinceMs: number, untilMs: number): Reboot[] {
  const reboot = rebootBetween(before, after)
  const atMs = Date.parse(reboot?.after.takenAt ?? '')
  return reboot !== undefined && atMs >= sinceMs && atMs <= untilMs ? [reboot] : []
}

/** From the end of one segment to the beginning of the next that can be read, or to `untilMs` where there is none. */
function blankAfter({ last, flaw }: Counted, later: readonly SegmentFile[], untilMs: number): readonly Blank[] {
  if (last === undefined) return []
  const endsAtMs = Date.parse(last.takenAt)
  const next = later.find(({ opening }) => opening !== undefined)
  // A torn record at the very end is one that is just being written, or what a crash has left.
  const damaged = flaw === 'damaged' || (later.length > 0 && later[0] !== next)
  const nextMs = next === undefined ? untilMs : openedAt(next)
  if (damaged) return nextMs > endsAtMs ? [{ fromMs: endsAtMs, untilMs: nextMs, why: 'damaged' }] : []
  return next === undefined ? [] : unwatched(endsAtMs, nextMs)
}
