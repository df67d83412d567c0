import type { ShimBranch } from '../model/forest.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { keepsPods } from './keeps-pods.ts'
import {
  bundleEvidence,
  calledAs,
  calledShim,
  connectionEvidence,
  deletedForMs,
  rows,
  runningIn,
  SETTLE_MS,
  shimSubject,
} from './shim-evidence.ts'

/** Under a living shim, apps outlive the pause process that holds their namespaces: the pod is NotReady and runs on. */
export const sandboxDead: VerdictRule = {
  code: 'sandbox-dead',
  severity: 'critical',
  title: "a pod's containers outlive its sandbox",
  resembles: ['containerd/containerd#11029', 'kubernetes/kubernetes#83068'],
  yieldsTo: ['shim-wedged', 'container-init-zombie', 'engine-stuck'],
  judge: ({ shims, host }) =>
    shims.flatMap((shim) => {
      // A shim that is let go of has a graver fault; here the daemon still tracks the others.
      if (shim.orphanedBy !== null || !keepsPods(shim)) return []
      const apps = runningIn(shim).filter(({ role }) => role === 'container')
      const proof = sandboxEnded(shim)
      if (apps.length === 0 || proof === undefined) return []
      const deletedFor = deletedForMs(shim, host.takenAtMs)
      if (deletedFor !== null && deletedFor < SETTLE_MS) return []
      return {
        subject: shimSubject(shim),
        severity: 'critical',
        summary: `the sandbox of ${calledShim(shim)} is dead, and ${rows(apps.length, 'container')} of its pod still ${apps.length === 1 ? 'runs' : 'run'}`,
        evidence: [
          ...proof,
          ...connectionEvidence(shim),
          ...apps.map((container) => ({
            source: `ps --pid ${container.init?.process.pid ?? container.members[0]?.process.pid}`,
            observed: `${calledAs(container)} is ${container.state}`,
          })),
        ],
        next: 'Kubernetes sees the pod as NotReady and will replace it. The containers still serve; find out what ended the pause process (OOM, a kill by hand).',
        explains: shim.containers.map(({ key }) => key),
        ...(deletedFor === null ? {} : { provenAgeMs: deletedFor }),
      }
    }),
}

/** Proof that there was a sandbox and that it ended. A pod may have none by design, and then nothing of this is there. */
function sandboxEnded(shim: ShimBranch) {
  const sandbox = shim.containers.find(({ id, role }) => id === shim.id && role === 'sandbox')
  if (sandbox === undefined) return shim.bundleDeleted === true ? bundleEvidence(shim) : undefined
  if (sandbox.state !== 'stopped' || sandbox.bundle === null) return undefined
  return [{ source: `cat ${sandbox.bundle.source}/init.pid`, observed: 'a pid that no child of the shim has' }]
}
