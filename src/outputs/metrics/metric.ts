import type { AgentCounts, Pass } from '../../agent/agent.ts'
import type { Severity } from '../../core/model/snapshot.ts'
import type { OwnCost } from './own-process.ts'

/** One metric: everything that its exposition, its listing and its documentation are made of. */
export interface Metric {
  readonly name: string
  /** One or two sentences that a newcomer understands, without a line break. */
  readonly help: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly labels: readonly string[]
  /**
   * Of a metric that names things one by one: how many series at most, however many `--metrics.max-series` allows. What
   * is left out of it is counted from 0 on, so that a rule can watch it.
   */
  readonly most?: number
  /** The series of one scrape; label sets must differ. Absent is better than a guess: what is not known has no series. */
  series(scrape: Scrape): Iterable<Series>
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** The labels as they are written, where that is known already. */
  readonly written?: string
  readonly value: number
  /** Of a histogram: what the name ends in. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
}

/** All that a scrape looks at, taken in one moment, so that no two of its series are from different passes. */
export interface Scrape {
  /** `undefined` until the first pass is done. */
  readonly pass: Pass | undefined
  readonly counts: AgentCounts
  readonly lastPassAtMs: number | undefined
  readonly live: LiveCounts
  readonly own: OwnCost
  readonly door: DoorCounts | undefined
  readonly journal: JournalCounts | undefined
  readonly version: string
  readonly nodeVersion: string
  readonly verdictTable: readonly VerdictRow[]
}

/** What the live feed counts about itself. */
export interface LiveCounts {
  readonly clients: number
  readonly resyncs: number
}

/** What the door counts about itself. */
export interface DoorCounts {
  /** Requests by why they were turned away. */
  readonly refused: ReadonlyMap<string, number>
  /** Of the web configuration; `undefined` when there is none. */
  readonly reload: { readonly successful: boolean; readonly lastSuccessAtMs: number } | undefined
  readonly certificateEndsAtMs: number | undefined
}

/** What the journal counts about itself. */
export interface JournalCounts {
  readonly bytes: number
  readonly oldestAtMs: number | undefined
  readonly failedWrites: number
  readonly written: { readonly bytes: number; readonly events: number; readonly seconds: number }
}

/** The columns of the verdict table that metrics show. */
export interface VerdictRow {
  readonly code: string
  readonly severity: Severity
}
