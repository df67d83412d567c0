import type { AuditField, AuditFindings } from '../core/model/host.ts'
import type { Delta, EventType, NodeEvent } from '../core/model/event.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { SourceCounts } from '../sources/wake-ups.ts'

/** What the agent counts about itself and the node; it only ever grows within one run. */
export interface AgentCounts {
  readonly passes: number
  readonly failedPasses: number
  /** Readings that did not return. */
  readonly hungReadings: number
  /** How often everybody was audited, and the facts that passes had not seen in time. */
  readonly audits: number
  readonly auditDifferences: Readonly<Record<AuditField, number>>
  /** Upper bounds in seconds, and how many passes took at most that long; the last bound is infinite. */
  readonly passSeconds: { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum: number }
  readonly reads: { readonly known: number; readonly gone: number; readonly denied: number; readonly malformed: number }
  readonly events: ReadonlyMap<EventType, number>
  /** By `runtime` and address. */
  readonly daemonRestarts: ReadonlyMap<
    string,
    { readonly runtime: string; readonly address: string; readonly restarts: number }
  >
  /** By runtime; includes the CPU time of shims that are gone, so that it never falls. */
  readonly shimCpuSeconds: ReadonlyMap<string, number>
  /** `undefined`: nothing but the timer begins a pass. */
  readonly wakeUps: WakeUpCounts | undefined
}

export interface WakeUpCounts extends SourceCounts {
  /** Passes that wake-ups began, and how many of these had to wait because the ones before had cost enough. */
  readonly passes: number
  readonly postponed: number
}

/** Facts of the node that are not part of the public snapshot but of its metrics. */
export interface NodeFacts {
  readonly pidMax: number | null
  /** Zombies by the process that should reap them; `null`: not known. */
  readonly zombies: Readonly<Record<'container-init' | 'shim' | 'init' | 'other', number>> | null
  /** What came of the audit in this pass. */
  readonly audit: AuditFindings
}

/** One finished pass, as subscribers receive it. */
export interface Pass {
  readonly snapshot: Snapshot
  readonly facts: NodeFacts
  /** `undefined` for the first pass, and when none of the four arrays changed. */
  readonly delta: Delta | undefined
}

/** The daemon's heart, as outputs see it. */
export interface Agent {
  readonly intervalMs: number
  /** `undefined` until the first pass is done. */
  latest(): Pass | undefined
  /** Wall clock of the last finished pass, in ms, and what went wrong with the last try, if anything did. */
  health(): { readonly lastPassAtMs: number | undefined; readonly failure: string | undefined }
  counts(): AgentCounts
  /** The deltas that lead from `seq` to the latest snapshot; `undefined` when they are not kept or the run is another. */
  deltasSince(run: string, seq: number): readonly Delta[] | undefined
  /** The last events, oldest first. */
  events(): readonly NodeEvent[]
  /** The processes of the latest snapshot: made on demand, since they are many. `undefined`: what it looks at has none. */
  processes(): Promise<readonly Process[] | undefined>
  /** Calls after every pass; the result unsubscribes. */
  subscribe(listener: (pass: Pass) => void): () => void
}
