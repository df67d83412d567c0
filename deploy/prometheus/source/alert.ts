import type { Severity } from '../../../src/core/model/snapshot.ts'

/** An alerting rule as Prometheus takes it, and the cases that prove it. */
export interface Alert {
  readonly name: `Shimscope${string}`
  readonly severity: Severity
  readonly expr: string
  /** Prometheus' `for`. */
  readonly lasting: string
  /** The same sentence for every alert of this name: notifications are grouped by it, so nothing is filled in. */
  readonly summary: string
  /** With `{{ $labels.… }}` and `{{ $value }}`. */
  readonly description: string
  /** Below `runbooks/`. */
  readonly runbook: string
  readonly firing: Case
  readonly quiet: Case
}

/** What Prometheus has scraped, once a minute, and at which minute it is asked. */
export interface Case {
  readonly series: Readonly<Record<string, string>>
  readonly atMinutes: number
  /** What must be told then; none in the quiet case. Labels beside `alertname` and `severity`. */
  readonly told?: readonly { readonly labels: Readonly<Record<string, string>>; readonly description: string }[]
}
