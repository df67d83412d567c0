import { inspect, interestOf, type Inspection } from '../core/inspect.ts'
import type { Delta } from '../core/model/event.ts'
import { type Memory, newMemory, type Redaction } from '../core/model/memory.ts'
import type { Daemon, Process, Snapshot } from '../core/model/snapshot.ts'
import { diff } from '../core/snapshot/diff.ts'
import { Collector } from '../sources/collect.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { NodeFacts } from './agent.ts'

export interface PassOptions {
  /** Names this life of the agent. */
  readonly run: string
  readonly graceMs: number
  /** In how many passes each process is read anew, where nothing hangs on it; 1, the whole node in each, unless told. */
  readonly turns?: number
  readonly redaction?: Redaction
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
  #memory: Memory
  #inspection: Inspection | undefined
  #stopped: { readonly daemon: Daemon; readonly atMs: number }[] = []

  constructor(source: ProcSource, { run, graceMs, turns = 1, redaction = 'secrets' }: PassOptions) {
    this.#collector = new Collector(source, { turns })
    this.#memory = newMemory({ run, graceMs, redaction, measureEveryMs: MEASURE_EVERY_MS })
  }

  /** @returns `false` when the source has no further moment. */
  async next(): Promise<PassOutcome | false> {
    const sample = await this.#collector.pass(interestOf)
    if (sample === false) return false
    // Node's clock is CLOCK_MONOTONIC, which knows no suspend; the kernel's uptime knows it.
    const host = sample.source === 'live' ? { ...sample, awakeMs: performance.now() - sample.durationMs } : sample
    const before = this.#inspection?.snapshot
    const inspection = inspect(host, this.#memory)
    this.#inspection = inspection
    this.#memory = inspection.memory
    const { snapshot, zombies } = inspection
    return {
      snapshot,
      facts: { pidMax: host.pidMax, zombies },
      delta: before === undefined ? undefined : diff(before, snapshot, this.#lately(before, snapshot, host.takenAtMs)),
    }
  }

  /** Of the last pass. */
  processes(): readonly Process[] {
    return this.#inspection?.processes() ?? []
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
