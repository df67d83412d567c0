import type { Forest } from './forest.ts'
import type { Past } from './memory.ts'
import type { Evidence, Severity, Subject } from './snapshot.ts'

/** What a rule found wrong, before time is taken into account. */
export interface Finding {
  readonly subject: Subject
  readonly severity: Severity
  readonly summary: string
  readonly evidence: readonly Evidence[]
  readonly next: string
  /** How long the condition has provably lasted, in ms; absent where only watching can tell. */
  readonly provenAgeMs?: number
  /** For so long the condition is in order, and not even pending; absent where its age is proven, or nothing is in order. */
  readonly settleMs?: number
  /**
   * The things whose persistence makes the condition last, by default the subject itself. Several zombies that
   * each come and go are no fault; one that stays is.
   */
  readonly witnesses?: readonly string[]
  /** Keys of other subjects that this finding explains: less specific rules stay silent about them. */
  readonly explains?: readonly string[]
}

/** One row of the verdict table. */
export interface VerdictRule {
  readonly code: string
  /** Severity where a finding is not more specific, for listings. */
  readonly severity: Severity
  /** Where findings differ in severity: the milder one, when nothing that runs is at stake. */
  readonly milder?: Severity
  /** One line for listings and `--help`. */
  readonly title: string
  /** Public issues that look like this. */
  readonly resembles: readonly string[]
  /** Codes that are more specific: where one of them speaks about a subject, this rule does not. */
  readonly yieldsTo: readonly string[]
  judge(forest: Forest, past: Past): readonly Finding[]
}

/** Rules that found nothing, and asked for nothing but the forest: while that stands, they would find nothing again. */
export interface Silence {
  readonly tree: Forest['tree']
  readonly rules: ReadonlySet<VerdictRule>
}
