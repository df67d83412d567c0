import type { Verdict } from '../model/snapshot.ts'
import type { RedactArgv } from './redact.ts'

/**
 * Evidence may quote the command line of a runtime's program, and `runc exec --env KEY=secret …` holds what a container
 * was given. A verdict without such evidence comes back as it is.
 */
export function redactEvidence(verdict: Verdict, redactArgv: RedactArgv): Verdict {
  if (!verdict.evidence.some(({ source }) => isCommandLine(source))) return verdict
  const evidence = verdict.evidence.map((item) =>
    isCommandLine(item.source) && !ownExtract.test(item.observed)
      ? { ...item, observed: redactArgv(item.observed.split(' ')).join(' ') }
      : item,
  )
  return { ...verdict, evidence }
}

const isCommandLine = (source: string): boolean => source.endsWith('/cmdline')

/** What a verdict took of a command line by itself: the address of the daemon. */
const ownExtract = /^-address \S+$/
