import type { VerdictRule } from '../model/verdict.ts'
import { calledAs, isRunning } from './shim-evidence.ts'

/** Processes of a container whose keeper is gone: nobody reaps them, reads their output, or can stop them by id. */
export const containerShimless: VerdictRule = {
  code: 'container-shimless',
  severity: 'critical',
  title: 'a running container whose shim is gone',
  resembles: [
    'containerd/containerd#10727',
    'containerd/containerd#9727',
    'containerd/containerd#8285',
    'containerd/containerd#7076',
    'cri-o/cri-o#3042',
    'cri-o/cri-o#9263',
    'containers/podman#6520',
  ],
  yieldsTo: ['engine-stuck', 'shim-transient-stuck'],
  judge: ({ containers }) =>
    containers.flatMap((container) => {
      const { shim, keeperProof, init } = container
      // Bare runc leaves containers without a keeper by design: that there was one must be proven.
      if (shim !== null || keeperProof === null || init === null || !isRunning(container)) return []
      const { process, parent } = { process: init.process, parent: init.parent?.process }
      return {
        subject: { kind: 'container', key: container.key, id: container.id, pid: process.pid },
        severity: 'critical',
        summary: `${calledAs(container)} runs as pid ${process.pid}, and its shim is gone`,
        evidence: [
          {
            source: `/proc/${process.pid}/stat`,
            observed: `${process.pid} (${process.comm}) ${process.state} ${process.ppid}: its parent is ${parent?.comm ?? 'not seen'}, no shim`,
          },
          { source: `/proc/${process.pid}/cgroup`, observed: container.cgroupPath ?? 'unknown' },
          keeperProof,
        ],
        next: 'The workload is alive and unsupervised; a replacement may run beside it and miss its port. See what it serves before it is ended. containerd before 2.0, and 2.x after a restart, end it themselves.',
      }
    }),
}
