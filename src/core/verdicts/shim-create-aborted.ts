import type { VerdictRule } from '../model/verdict.ts'
import {
  calledShim,
  childrenEvidence,
  connectionEvidence,
  hasChildren,
  runningIn,
  shimSubject,
} from './shim-evidence.ts'

/** A creation takes seconds. Where it was begun and no engine works on it after a minute, it has ended without a container. */
const CERTAIN_MS = 60_000

export const shimCreateAborted: VerdictRule = {
  code: 'shim-create-aborted',
  severity: 'warning',
  title: 'a shim whose container was never created',
  resembles: ['containerd/containerd#6860', 'containerd/containerd#5015', 'containerd/containerd#10437'],
  yieldsTo: [
    'shim-leaked',
    'shim-abandoned',
    'shim-daemonless',
    'shim-wedged',
    'shim-duplicate',
    'engine-stuck',
    'shim-transient-stuck',
  ],
  judge: ({ shims, host }) =>
    shims.flatMap((shim) => {
      if (!shim.recognition.runtime.expects.writesInitPid || shim.relation !== 'empty') return []
      if (shim.bundleDeleted !== false || !host.complete || hasChildren(shim) || runningIn(shim).length > 0) return []
      const own = shim.containers.find((container) => container.bundle?.path === shim.bundlePath)?.bundle
      // A directory that cannot be listed or a file that cannot be read proves nothing.
      if (own?.config.kind !== 'known' || own.initPid.kind !== 'gone') return []
      const ageMs = host.uptimeMs - shim.node.process.startTicks * 10
      return {
        subject: shimSubject(shim),
        severity: 'warning',
        summary: `${calledShim(shim)} has a bundle and no container: its creation was given up`,
        evidence: [
          { source: `ls ${own.source}/init.pid`, observed: 'No such file or directory' },
          childrenEvidence(shim),
          ...connectionEvidence(shim),
        ],
        next: 'No workload ever ran under it. containerd 1.7 and later clean it up when they start; earlier ones never do.',
        ...(ageMs < CERTAIN_MS ? {} : { provenAgeMs: ageMs }),
      }
    }),
}
