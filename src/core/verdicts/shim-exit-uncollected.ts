import type { ContainerBranch, ShimBranch } from '../model/forest.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs, calledShim, connectionEvidence, shimSubject } from './shim-evidence.ts'

/** A task ended and its daemon, which collects such tasks, has not: it believes the container to be running. */
export const shimExitUncollected: VerdictRule = {
  code: 'shim-exit-uncollected',
  severity: 'warning',
  title: 'a container ended and its daemon has not collected it',
  resembles: [
    'containerd/containerd#13849',
    'containerd/containerd#6771',
    'containerd/containerd#12600',
    'containerd/containerd#10589',
  ],
  yieldsTo: [
    'shim-wedged',
    'shim-daemonless',
    'shim-duplicate',
    'shim-reaper-stuck',
    'engine-stuck',
    'shim-transient-stuck',
    'container-init-zombie',
    'container-id-mismatch',
    'rootfs-busy',
  ],
  judge: ({ shims }) =>
    shims.flatMap((shim) => {
      if (shim.supervision !== 'managed' || shim.bundleDeleted !== false || !isCollected(shim)) return []
      const ended = shim.containers.filter(hasEnded)
      if (ended.length === 0 || shim.engines.length > 0) return []
      return {
        subject: shimSubject(shim),
        severity: 'warning',
        summary: `${calledShim(shim)} still holds ${ended.map(calledAs).join(', ')}, which ended: its daemon has not collected the exit`,
        evidence: [
          ...ended.map(({ bundle }) => ({
            source: `cat ${bundle?.source}/init.pid`,
            observed: `${bundle?.initPid.kind === 'known' ? bundle.initPid.value : ''}, and no child of the shim has that pid`,
          })),
          ...connectionEvidence(shim),
        ],
        next: 'The daemon may believe that it still runs (ctr tasks ls). Nothing of the workload is left to lose; restarting the daemon makes it look again.',
        witnesses: ended.map(({ key }) => key),
      }
    }),
}

/** `ctr` leaves a stopped task by design; only clients that collect can be late. */
const isCollected = (shim: ShimBranch): boolean =>
  shim.recognition.runtime.expects.clients.some(
    (client) => client.collects && client.containerdNamespace === shim.containerdNamespace,
  )

/** A zombie is not gone yet: its shim has still to reap it. */
const hasEnded = (container: ContainerBranch): boolean =>
  container.state === 'stopped' &&
  container.init === null &&
  container.members.every(({ process }) => process.state === 'Z')
