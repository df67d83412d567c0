import { inspect, interestOf, type Inspection } from '../core/inspect.ts'
import type { Delta } from '../core/model/event.ts'
import { type Memory, newMemory, type Redaction } from '../core/model/memory.ts'
import type { HostSample } from '../core/model/host.ts'
import type { Daemon, Process, Snapshot } from '../core/model/snapshot.ts'
import { diff } from '../core/snapshot/diff.ts'
import type { Announced } from '../sources/announcements.ts'
import type { Look } from '../sources/attention.ts'
import { Collector } from '../sources/collect.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import { everyPass, type Rhythm } from '../sources/rhythm.ts'
import type { NodeFacts } from './agent.ts'
import { TOO_LATE_MS, WatchedTime } from './watched-time.ts'

export interface PassOptions {
  /** Names this life of the agent. */
  readonly run: string
  readonly graceMs: number
  /** From the start of one pass to the start of the next; whoever looks but once or twice gives none. */
  readonly intervalMs?: number
  /** How old what it sees may be; the whole node is read in each pass unless told. */
  readonly rhythm?: Rhythm
  readonly redaction?: Redaction
}

/** What is known when a pass is asked for. */
export interface Asked {
  /** `closely` where something is known to have happened. */
  readonly look: Look
  /** To whom something happened since the last pass was asked for; `undefined` where not all of it is known. */
  readonly announced?: Announced
}

/** A finished pass: the whole snapshot the first time, what changed from then on. */
export interface PassOutcome {
  readonly snapshot: Snapshot
  readonly facts: NodeFacts
  readonly delta: Delta | undefined
}

/** Measurements change all the time; refreshed this often they cost little and still draw a line in a graph. */
const MEASURE_EVERY_MS = 15_000

/** A daemon that comes back within this time was restarted, and not replaced by another. */
const RESTART_MS = 10 * 60_000

/** Reads and inspects, pass by pass. */
export class PassRunner {
  readonly #collector: Collector
  readonly #rhythm: Rhythm
  readonly #watched: WatchedTime
  #memory: Memory
  #inspection: Inspection | undefined
  #stopped: { readonly daemon: Daemon; readonly atMs: number }[] = []

  constructor(
    source: ProcSource,
    { run, graceMs, intervalMs = Number.POSITIVE_INFINITY, rhythm = everyPass, redaction = 'secrets' }: PassOptions,
  ) {
    this.#collector = new Collector(source, { rhythm })
    this.#rhythm = rhythm
    this.#watched = new WatchedTime(intervalMs)
    this.#memory = newMemory({ run, graceMs, redaction, measureEveryMs: MEASURE_EVERY_MS })
  }

  /** @returns `false` when the source has no further moment. */
  async next({ look: asked, announced }: Asked = { look: 'in turns' }): Promise<PassOutcome | false> {
    const look = this.#watched.wasAway(performance.now()) ? 'closely' : asked
    const before = this.#inspection?.snapshot
    const seen = await this.#look(look, announced, this.#inspection?.concern)
    if (seen === false) return false
    // What is held against anybody must not rest on what was read some passes ago: first all of it is read anew.
    const isSure = look === 'closely' || this.#rhythm.keepers === 1 || !accusesAnew(before, seen.inspection.snapshot)
    const { host, inspection } =
      (!isSure && (await this.#look('closely', sinceThen(announced), seen.inspection.concern))) || seen
    this.#inspection = inspection
    this.#memory = inspection.memory
    const { snapshot, zombies } = inspection
    return {
      snapshot,
      facts: { pidMax: host.pidMax, zombies, audit: host.audit },
      delta: before === undefined ? undefined : diff(before, snapshot, this.#lately(before, snapshot, host.takenAtMs)),
    }
  }

  /** Of the last pass. */
  processes(): readonly Process[] {
    return this.#inspection?.processes() ?? []
  }

  async #look(
    look: Look,
    announced: Announced,
    concern: ReadonlySet<number> = new Set(),
  ): Promise<{ readonly host: HostSample; readonly inspection: Inspection } | false> {
    const first = await this.#collector.pass(interestOf, { look, concern, announced })
    // Who was stopped in the midst of it has facts of two ages, and concludes nothing from them. Once: a machine may be
    // that slow.
    const isTorn = first !== false && first.source === 'live' && first.durationMs > TOO_LATE_MS
    const sample = isTorn ? await this.#collector.pass(interestOf, { look: 'closely', concern }) : first
    if (sample === false) return false
    // Node's clock is CLOCK_MONOTONIC, which knows no suspend; the kernel's uptime knows it.
    const awakeMs = this.#watched.at(performance.now() - sample.durationMs)
    const host = sample.source === 'live' ? { ...sample, awakeMs } : sample
    return { host, inspection: inspect(host, this.#memory) }
  }

  #lately(before: Snapshot, now: Snapshot, atMs: number): Daemon[] {
    const known = this.#stopped.filter((stop) => atMs - stop.atMs < RESTART_MS).map(({ daemon }) => daemon)
    const living = new Set(now.daemons.map(({ key }) => key))
    const gone = before.daemons.filter(({ key }) => !living.has(key))
    const replaced = (daemon: Daemon) =>
      now.daemons.some(
        ({ runtime, addresses }) =>
          runtime === daemon.runtime && addresses.some((address) => daemon.addresses.includes(address)),
      )
    this.#stopped = [
      ...this.#stopped.filter((stop) => atMs - stop.atMs < RESTART_MS),
      ...gone.map((daemon) => ({ daemon, atMs })),
    ].filter(({ daemon }) => !replaced(daemon))
    return known
  }
}

/** Who listens has told what happened before the first look, and of a moment later nobody asks. */
const sinceThen = (announced: Announced): Announced => (announced === undefined ? undefined : new Int32Array())

/** Of the first look everything is new. */
function accusesAnew(before: Snapshot | undefined, now: Snapshot): boolean {
  if (before === undefined || before.verdicts === now.verdicts) return false
  const known = new Set(before.verdicts.map(({ key }) => key))
  return now.verdicts.some(({ key, severity }) => severity !== 'info' && !known.has(key))
}
