import type { VerdictRule } from '../model/verdict.ts'
import { mountsOf, namesakes } from './namesakes.ts'
import {
  bundleEvidence,
  calledShim,
  childrenEvidence,
  connectionEvidence,
  deletedForMs,
  hasChildren,
  runningIn,
  SETTLE_MS,
  shimSubject,
} from './shim-evidence.ts'

/** The daemon has let go of the shim, and it keeps nothing: it stays for ever, with its memory and threads. */
export const shimLeaked: VerdictRule = {
  code: 'shim-leaked',
  severity: 'warning',
  title: 'the daemon has let go of a shim that keeps no container any more',
  resembles: [
    'containerd/containerd#12344',
    'containerd/containerd#8381',
    'containerd/containerd#4297',
    'bottlerocket-os/bottlerocket#4651',
  ],
  yieldsTo: ['shim-wedged', 'shim-duplicate', 'shim-reaper-stuck', 'engine-stuck', 'shim-transient-stuck'],
  judge: ({ shims, host }) => {
    // Of two shims with one id one may be a second one, which is another fault.
    const doubtful = new Set(namesakes({ shims }).flatMap((group) => group.filter((shim) => mountsOf(shim) === null)))
    return shims.flatMap((shim) => {
      if (doubtful.has(shim)) return []
      if (shim.orphanedBy !== 'bundle-deleted' && shim.orphanedBy !== 'no-connection') return []
      // A child that could not be looked at may be a container.
      if (
        !host.complete ||
        hasChildren(shim) ||
        runningIn(shim).length > 0 ||
        shim.relation === 'vm' ||
        shim.relation === 'starting'
      )
        return []
      const deletedFor = deletedForMs(shim, host.takenAtMs)
      if (deletedFor !== null && deletedFor < SETTLE_MS) return []
      return {
        subject: shimSubject(shim),
        severity: 'warning',
        summary:
          shim.orphanedBy === 'bundle-deleted'
            ? `${calledShim(shim)} keeps no container, and its bundle is deleted: its daemon has let go of it`
            : `${calledShim(shim)} keeps no container, and its daemon listens without a connection to it`,
        evidence: [...bundleEvidence(shim), ...connectionEvidence(shim), childrenEvidence(shim)],
        next: `It does no work and its daemon will not come back for it. Keep what it shows (shimscope record), then see the runbook before ending pid ${shim.node.process.pid}.`,
        ...(deletedFor === null ? {} : { provenAgeMs: deletedFor }),
        ...(deletedFor === null && shim.bundleDeleted !== false ? { settleMs: SETTLE_MS } : {}),
      }
    })
  },
}
