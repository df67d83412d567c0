import type { Agent, Pass } from '../agent/agent.ts'
import type { Delta, NodeEvent } from '../core/model/event.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { thin } from '../core/snapshot/patch.ts'
import { type Lock, takeLock } from './lock.ts'
import { PastSegments } from './past-segments.ts'
import type { Entry } from './record.ts'
import { type Flaw, flawOf, listSegments, segmentPath } from './segment-files.ts'
import { packBeginning, SegmentWriter } from './segment-writer.ts'

export interface JournalOptions {
  readonly directory: string
  readonly maxBytes: number
  readonly maxAgeMs: number
  readonly report: (outcome: JournalOutcome) => void
  /** Goes on evenly, in ms. */
  readonly clock?: () => number
}

/** What happened to the journal; each is told once, not with every record. */
export type JournalOutcome =
  | { readonly kind: 'failing'; readonly error: unknown }
  /** `lostEvents`: of those that came meanwhile, how many were too many to be kept. */
  | { readonly kind: 'writing-again'; readonly lostEvents: number }
  | { readonly kind: 'held-by-another' }
  /** How the last segment ended that was written before. */
  | { readonly kind: 'flawed'; readonly path: string; readonly flaw: Flaw }

export interface JournalCounts {
  readonly bytes: number
  readonly segments: number
  /** Of the oldest segment that can be read. */
  readonly oldestAtMs: number | undefined
  readonly failedWrites: number
  /** Since this one was opened; those that were removed since are counted. */
  readonly written: { readonly bytes: number; readonly events: number; readonly seconds: number }
}

/** A quiet node says that it still is. */
export const STILL_MS = 60_000
const RETRY_MS = 10_000
/** After this time a new segment begins, with a whole snapshot: what damage can cost, and what old age takes at once. */
const SEGMENT_MS = 60 * 60_000
/** A moment is found by reading one segment, so none may become long. */
const MOST_SEGMENT_BYTES = 4_000_000
/** Kept in memory while nothing can be written. */
const MOST_MISSED = 1_000

/** Errors of a disk that may be well again later. errno(3) */
const passing = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM'])

/** Writes what an agent sees. Whatever happens to the disk, the agent never hears of it. */
export class Journal {
  readonly #options: Required<JournalOptions>
  readonly #past: PastSegments
  #lock: Lock | undefined
  /** The lock is ours, and what stands in the directory is known. */
  #ready = false
  #nextIndex = 1
  #segment: SegmentWriter | undefined
  /** The snapshot that the journal ends with. */
  #written: Snapshot | undefined
  #latest: Snapshot | undefined
  #missed: readonly NodeEvent[] = []
  #lostEvents = 0
  #failedWrites = 0
  #writtenBytes = 0
  #writtenEvents = 0
  #writtenMs = 0
  #failing = false
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #retrying: NodeJS.Timeout | undefined
  #unsubscribe = (): void => {}

  constructor(options: JournalOptions) {
    this.#options = { clock: () => performance.now(), ...options }
    this.#past = new PastSegments(options)
  }

  /**
   * Takes the directory. Where another has it, or the disk is full, it says so and tries again; what does not go away by
   * itself is thrown, as the file system says it.
   */
  async open(): Promise<void> {
    try {
      if (await this.#take()) return
      this.#options.report({ kind: 'held-by-another' })
    } catch (error) {
      if (!passing.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      this.#failedWrites += 1
      this.#options.report({ kind: 'failing', error })
    }
    this.#failing = true
    this.#retrying = setInterval(async () => {
      // What goes wrong now goes wrong again, until it does not.
      if (await this.#take().catch(() => false)) clearInterval(this.#retrying)
    }, RETRY_MS).unref()
  }

  /** Every pass from now on. Who subscribes later is told later: what it passes on has been written. */
  follow(agent: Agent): void {
    const latest = agent.latest()
    if (latest !== undefined) this.#passed({ ...latest, delta: undefined })
    this.#unsubscribe = agent.subscribe((pass) => this.#passed(pass))
  }

  counts(): JournalCounts {
    const current = this.#segment
    return {
      bytes: this.#past.bytes + (current?.bytes ?? 0),
      segments: this.#past.count + (current === undefined ? 0 : 1),
      oldestAtMs: this.#past.oldestAtMs ?? current?.openedAtMs,
      failedWrites: this.#failedWrites,
      written: { bytes: this.#writtenBytes, events: this.#writtenEvents, seconds: this.#writtenMs / 1_000 },
    }
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    clearInterval(this.#retrying)
    const [latest, written] = [this.#latest, this.#written]
    // Until when somebody looked.
    if (latest !== undefined && latest !== written && this.#follows(latest, latest.seq))
      this.#try(latest, [], () => this.#append(still(latest)))
    this.#endSegment()
    await this.#lock?.release()
  }

  async #take(): Promise<boolean> {
    const { directory, report } = this.#options
    this.#lock ??= await takeLock(directory)
    if (this.#lock === undefined) return false
    const segments = listSegments(directory)
    this.#past.begin(
      segments.map(({ path, bytes, opening }) => ({ path, bytes, openedAtMs: opening && Date.parse(opening.takenAt) })),
    )
    const last = segments.at(-1)
    this.#nextIndex = (last?.index ?? 0) + 1
    const flaw = last && flawOf(last.path)
    if (last !== undefined && flaw !== undefined) report({ kind: 'flawed', path: last.path, flaw })
    this.#ready = true
    return true
  }

  #passed({ snapshot, delta }: Pass): void {
    this.#latest = snapshot
    if (!this.#ready) return
    if (this.#options.clock() < this.#notBeforeMs) this.#miss(delta?.events ?? [])
    else this.#write(snapshot, delta)
  }

  #write(snapshot: Snapshot, delta: Delta | undefined): void {
    const written = this.#written
    if (written === undefined || !this.#follows(snapshot, delta?.previous ?? snapshot.seq))
      this.#try(snapshot, delta?.events ?? [], () => this.#begin(snapshot, delta?.events ?? []))
    else if (delta !== undefined) this.#try(snapshot, delta.events, () => this.#append(thin(delta, written)))
    else if (Date.parse(snapshot.takenAt) - Date.parse(written.takenAt) >= STILL_MS)
      this.#try(snapshot, [], () => this.#append(still(snapshot)))
  }

  /** Whether the segment can go on with it: the same run, no gap, a clock that did not go back, and not too long. */
  #follows({ run, takenAt }: Snapshot, previous: number): boolean {
    const [segment, written] = [this.#segment, this.#written]
    if (segment === undefined || written === undefined) return false
    const atMs = Date.parse(takenAt)
    const mostBytes = Math.min(MOST_SEGMENT_BYTES, this.#options.maxBytes / 16)
    return (
      run === written.run &&
      previous === written.seq &&
      atMs >= Date.parse(written.takenAt) &&
      atMs - segment.openedAtMs < SEGMENT_MS &&
      // A large node's snapshot is long itself: what follows may be as long.
      segment.bytes - segment.headBytes < Math.max(mostBytes, segment.headBytes)
    )
  }

  #begin(snapshot: Snapshot, events: readonly NodeEvent[]): void {
    this.#endSegment()
    const all = [...this.#missed, ...events]
    const beginning = packBeginning(snapshot, all)
    this.#past.prune(beginning.openedAtMs, beginning.bytes.length, beginning.openedAtMs)
    const path = segmentPath(this.#options.directory, this.#nextIndex)
    // If that name is taken, the next try takes the next one.
    this.#nextIndex += 1
    this.#segment = new SegmentWriter(path, beginning)
    this.#missed = []
    this.#writtenBytes += beginning.bytes.length
    this.#writtenEvents += all.length
  }

  #append(entry: Entry): void {
    const segment = this.#segment
    if (segment === undefined) return
    const record = segment.pack(entry)
    this.#past.prune(Date.parse(entry.takenAt), segment.bytes + record.length, segment.openedAtMs)
    segment.append(record)
    this.#writtenBytes += record.length
    if (entry.type === 'delta') this.#writtenEvents += entry.events.length
  }

  #endSegment(): void {
    const segment = this.#segment
    this.#segment = undefined
    if (segment === undefined) return
    segment.close()
    this.#past.add({ path: segment.path, bytes: segment.bytes, openedAtMs: segment.openedAtMs })
  }

  /** After a failure what was written stays, and the next try begins a segment of its own with what was missed. */
  #try(snapshot: Snapshot, events: readonly NodeEvent[], write: () => void): void {
    const begunMs = performance.now()
    try {
      write()
    } catch (error) {
      this.#endSegment()
      this.#miss(events)
      this.#failedWrites += 1
      this.#notBeforeMs = this.#options.clock() + RETRY_MS
      if (!this.#failing) this.#options.report({ kind: 'failing', error })
      this.#failing = true
      return
    }
    this.#writtenMs += performance.now() - begunMs
    this.#written = snapshot
    if (this.#failing) this.#options.report({ kind: 'writing-again', lostEvents: this.#lostEvents })
    this.#failing = false
    this.#lostEvents = 0
  }

  #miss(events: readonly NodeEvent[]): void {
    const all = [...this.#missed, ...events]
    this.#lostEvents += Math.max(0, all.length - MOST_MISSED)
    this.#missed = all.slice(-MOST_MISSED)
  }
}

const still = ({ seq, takenAt, pass }: Snapshot): Entry => ({ type: 'still', seq, takenAt, pass })
