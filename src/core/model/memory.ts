import type { ProcessKey } from './process.ts'
import type { Snapshot } from './snapshot.ts'

/** Measurements of a shim or a container, kept between their refreshes so that a quiet node stays quiet. */
export interface Measured {
  readonly rssBytes: number | null
  readonly threads: number | null
  readonly cpuSeconds: number | null
  readonly processes: number
}

/** All that one pass leaves to the next. */
export interface Memory {
  readonly run: string
  readonly graceMs: number
  /** How often measurements are refreshed. */
  readonly measureEveryMs: number
  readonly snapshot: Snapshot | null
  /** Verdict witness to the uptime at which it was first seen. */
  readonly since: ReadonlyMap<string, number>
  readonly measured: ReadonlyMap<string, Measured>
  readonly measuredAtUptimeMs: number | null
  /** Wall clock at boot as first read: it drifts with the clock, and start times must not. */
  readonly bootedAtMs: number | null
  /** Addresses that a daemon was seen to listen at. */
  readonly addresses: ReadonlyMap<ProcessKey, readonly string[]>
}

export const newMemory = (options: { run: string; graceMs: number; measureEveryMs: number }): Memory => ({
  ...options,
  snapshot: null,
  since: new Map(),
  measured: new Map(),
  measuredAtUptimeMs: null,
  bootedAtMs: null,
  addresses: new Map(),
})
