import type { VerdictRule } from '../model/verdict.ts'
import {
  bundleEvidence,
  calledAs,
  calledShim,
  connectionEvidence,
  deletedForMs,
  rows,
  runningIn,
  runsVm,
  SETTLE_MS,
  shimSubject,
} from './shim-evidence.ts'

/** The daemon has let go of the shim while its containers still run: Kubernetes may start them a second time. */
export const shimAbandoned: VerdictRule = {
  code: 'shim-abandoned',
  severity: 'critical',
  title: 'the daemon has let go of a shim whose containers still run',
  resembles: ['rancher/rke2#10613', 'containerd/containerd#13784', 'containerd/containerd#10645'],
  yieldsTo: ['shim-wedged', 'sandbox-dead'],
  judge: ({ shims, host }) =>
    shims.flatMap((shim) => {
      if (shim.orphanedBy !== 'bundle-deleted' && shim.orphanedBy !== 'no-connection') return []
      const running = runningIn(shim)
      const machine = runsVm(shim)
      if (running.length === 0 && !machine) return []
      const deletedFor = deletedForMs(shim, host.takenAtMs)
      if (deletedFor !== null && deletedFor < SETTLE_MS) return []
      return {
        subject: shimSubject(shim),
        severity: 'critical',
        summary: `${calledShim(shim)} still runs ${machine ? 'a virtual machine' : rows(running.length, 'container')} that its daemon no longer knows`,
        evidence: [
          ...bundleEvidence(shim),
          ...connectionEvidence(shim),
          ...running.map((container) => ({
            source: `ps --pid ${container.init?.process.pid ?? container.members[0]?.process.pid}`,
            observed: `${calledAs(container)} is ${container.state}`,
          })),
        ],
        next: 'The workload is alive and nobody supervises it; a replacement may run beside it. Check for a second copy of the pod before anything is ended.',
        explains: running.map(({ key }) => key),
        ...(deletedFor === null ? {} : { provenAgeMs: deletedFor }),
      }
    }),
}
