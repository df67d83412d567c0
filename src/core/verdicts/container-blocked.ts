import type { ContainerBranch, TreeNode } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs } from './shim-evidence.ts'

const MOST_SHOWN = 5

/** Processes of a running container that cannot go on: the kernel holds them, or nobody reads what they write. */
export const containerBlocked: VerdictRule = {
  code: 'container-blocked',
  severity: 'warning',
  title: 'a container whose processes are stuck in the kernel, or whose output nobody reads',
  resembles: ['containerd/containerd#11511', 'moby/moby#37886', 'moby/moby#45741', 'kubernetes/kubernetes#45419'],
  yieldsTo: ['shim-wedged', 'engine-stuck', 'container-init-zombie'],
  judge: ({ containers }) =>
    containers.flatMap((container) => {
      if (container.state !== 'running' || container.shim === null) return []
      const stuck = inKernel(container)
      const writing = unread(container)
      const [first] = [...stuck, ...writing]
      if (first === undefined) return []
      const { pid, comm } = first.process
      return {
        subject: { kind: 'container', key: container.key, id: container.id, ...pidOf(container) },
        severity: 'warning',
        summary:
          stuck.length > 0
            ? `${calledAs(container)}: ${comm} (pid ${pid}) waits in the kernel (state D) and cannot be interrupted`
            : `${calledAs(container)}: ${comm} (pid ${pid}) waits for somebody to read its output`,
        evidence: [
          ...[...stuck, ...writing].slice(0, MOST_SHOWN).flatMap(waitEvidence),
          ...(stuck.length > 0 ? thawedEvidence(container) : []),
        ],
        next:
          stuck.length > 0
            ? `cat /proc/${pid}/stack (as root) says what it waits for: a disk, a file server, a child that it forked. Bring that back; nothing else ends the wait.`
            : `Its pipe is full: whoever reads it (the shim, and the daemon behind the shim) does not. See whether the daemon runs and answers; then the container goes on by itself.`,
        witnesses: [...stuck, ...writing].map(({ process }) => process.key),
      }
    }),
}

/** State D where nobody paused it: a frozen process shows the same letter. */
function inKernel({ members, freezer, cgroupPath }: ContainerBranch): TreeNode[] {
  if (freezer === null || valueOf(freezer.state) !== 'THAWED') return []
  // A cgroup below the container's own has a freezer of its own.
  return members.filter(({ process }) => process.state === 'D' && valueOf(process.cgroup)?.path === cgroupPath)
}

/** Since Linux 6.15 it is anon_pipe_write. fs/pipe.c */
const unread = ({ members }: ContainerBranch): TreeNode[] =>
  members.filter(({ process }) => {
    const wchan = wchanOf(process)
    return wchan !== null && process.state === 'S' && /^(?:anon_)?pipe_write$/.test(wchan)
  })

const wchanOf = ({ detail }: TreeNode['process']): string | null =>
  detail === undefined ? null : valueOf(detail.wchan)
const pidOf = ({ init }: ContainerBranch) => (init === null ? {} : { pid: init.process.pid })

function waitEvidence({ process }: TreeNode): Evidence[] {
  const { pid, comm, state, ppid } = process
  const wchan = wchanOf(process)
  return [
    { source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) ${state} ${ppid}` },
    ...(wchan === null ? [] : [{ source: `/proc/${pid}/wchan`, observed: wchan }]),
  ]
}

const thawedEvidence = ({ freezer }: ContainerBranch): Evidence[] =>
  freezer === null ? [] : [{ source: freezer.source, observed: 'not frozen' }]
