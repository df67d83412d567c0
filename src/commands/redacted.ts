import type { Redaction } from '../core/model/memory.ts'
import type { Snapshot, Verdict } from '../core/model/snapshot.ts'
import { redactEvidence } from '../core/procfs/redact-evidence.ts'
import { redactions } from '../core/procfs/redact.ts'
import type { Excerpt } from '../journal/excerpt.ts'

/** A snapshot of the past, with as little of command lines as is asked for now; what was hidden then stays hidden. */
export const redactedSnapshot = (snapshot: Snapshot, redaction: Redaction): Snapshot => ({
  ...snapshot,
  verdicts: snapshot.verdicts.map((verdict) => redactedVerdict(verdict, redaction)),
})

export const redactedExcerpt = (excerpt: Excerpt, redaction: Redaction): Excerpt => ({
  ...excerpt,
  moments: excerpt.moments.map(({ snapshot, delta, ...rest }) => ({
    ...rest,
    snapshot: redactedSnapshot(snapshot, redaction),
    delta: delta && {
      ...delta,
      changed: {
        ...delta.changed,
        verdicts: delta.changed.verdicts.map((verdict) => redactedVerdict(verdict, redaction)),
      },
    },
  })),
})

const redactedVerdict = (verdict: Verdict, redaction: Redaction): Verdict =>
  redactEvidence(verdict, redactions[redaction])
