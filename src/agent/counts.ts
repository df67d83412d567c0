import { type EventType, eventTypes } from '../core/model/event.ts'
import { type AuditField, auditFields } from '../core/model/host.ts'
import type { ProcessKey } from '../core/model/process.ts'
import type { AgentCounts } from './agent.ts'
import { HungReading } from './hung-reading.ts'
import type { PassOutcome } from './pass-runner.ts'

/** Seconds. A pass takes milliseconds on a small node and a fraction of a second on the largest. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What only grows while the agent lives. */
export class Counter {
  #passes = 0
  #failedPasses = 0
  #hungReadings = 0
  #audits = 0
  readonly #auditDifferences = Object.fromEntries(auditFields.map((field) => [field, 0])) as Record<AuditField, number>
  #seconds = 0
  readonly #buckets = new Array<number>(bounds.length + 1).fill(0)
  readonly #reads = { known: 0, gone: 0, denied: 0, malformed: 0 }
  readonly #events = new Map<EventType, number>(eventTypes.map((type) => [type, 0]))
  readonly #restarts = new Map<string, { runtime: string; address: string; restarts: number }>()
  readonly #shimCpuSeconds = new Map<string, number>()
  #shimCpuLast = new Map<ProcessKey, number>()

  failed(error: Error): void {
    this.#failedPasses += 1
    if (error instanceof HungReading) this.#hungReadings += 1
  }

  passed({ snapshot, delta, facts }: PassOutcome): void {
    this.#audits += facts.audit.rounds
    for (const field of auditFields) this.#auditDifferences[field] += facts.audit.differences[field] ?? 0
    const { pass } = snapshot
    const seconds = pass.durationMs / 1000
    this.#passes += 1
    this.#seconds += seconds
    const bucket = bounds.findIndex((bound) => seconds <= bound)
    const at = bucket < 0 ? bounds.length : bucket
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1
    for (const outcome of ['known', 'gone', 'denied', 'malformed'] as const) this.#reads[outcome] += pass.reads[outcome]
    for (const { type, subject } of delta?.events ?? []) {
      this.#events.set(type, (this.#events.get(type) ?? 0) + 1)
      const daemon = type === 'daemon-restarted' ? snapshot.daemons.find(({ key }) => key === subject.key) : undefined
      if (daemon !== undefined) this.#restarted(daemon.runtime, daemon.addresses[0] ?? '')
    }
    this.#countShimCpu(snapshot.shims)
  }

  get counts(): Omit<AgentCounts, 'wakeUps'> {
    return {
      passes: this.#passes,
      failedPasses: this.#failedPasses,
      hungReadings: this.#hungReadings,
      audits: this.#audits,
      auditDifferences: { ...this.#auditDifferences },
      passSeconds: {
        bounds: [...bounds, Number.POSITIVE_INFINITY],
        counts: cumulated(this.#buckets),
        sum: this.#seconds,
      },
      reads: { ...this.#reads },
      events: this.#events,
      daemonRestarts: this.#restarts,
      shimCpuSeconds: this.#shimCpuSeconds,
    }
  }

  #restarted(runtime: string, address: string): void {
    const key = `${runtime} ${address}`
    const before = this.#restarts.get(key)?.restarts ?? 0
    this.#restarts.set(key, { runtime, address, restarts: before + 1 })
  }

  /** A shim that exits takes its CPU time with it; what was counted of it stays. */
  #countShimCpu(shims: PassOutcome['snapshot']['shims']): void {
    const living = new Map<ProcessKey, number>()
    for (const { key, runtime, cpuSeconds } of shims) {
      const seconds = cpuSeconds ?? this.#shimCpuLast.get(key) ?? 0
      const grown = Math.max(0, seconds - (this.#shimCpuLast.get(key) ?? 0))
      this.#shimCpuSeconds.set(runtime, (this.#shimCpuSeconds.get(runtime) ?? 0) + grown)
      living.set(key, seconds)
    }
    this.#shimCpuLast = living
  }
}

function cumulated(buckets: readonly number[]): number[] {
  let sum = 0
  return buckets.map((count) => {
    sum += count
    return sum
  })
}
