import type { ContainerBranch } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'
import { valueOf } from '../model/reading.ts'
import type { ThreadState } from '../model/process.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs } from './shim-evidence.ts'

/**
 * The first process is dead and cannot finish: a thread of it is stuck in the kernel, its shim does not reap it, or its
 * pid namespace does not empty (zap_pid_ns_processes). The pod stays Terminating. kernel/pid_namespace.c
 */
export const containerInitZombie: VerdictRule = {
  code: 'container-init-zombie',
  severity: 'critical',
  title: "a container's init that is dead and cannot finish",
  resembles: [
    'containerd/containerd#3781',
    'containerd/containerd#11133',
    'moby/moby#37627',
    'kubernetes/kubernetes#66892',
  ],
  yieldsTo: ['shim-wedged', 'shim-reaper-stuck'],
  judge: ({ containers }, past) =>
    containers.flatMap((container) => {
      const { init, shim } = container
      const why = init === null ? undefined : whatKeepsIt(container, past)
      if (init === null || why === undefined) return []
      const { pid, comm, state, ppid } = init.process
      return {
        subject: { kind: 'container', key: container.key, id: container.id, pid },
        severity: 'critical',
        summary: `${calledAs(container)}: its init ${comm} (pid ${pid}) is dead and cannot finish: ${why.reason}`,
        evidence: [{ source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) ${state} ${ppid}` }, ...why.evidence],
        next: 'Nothing can be killed here, it is dead already. What is named in the evidence holds it: end or repair that (a file system that does not answer, a process that joined the namespace).',
        explains: [...(shim === null ? [] : [shim.node.process.key])],
      }
    }),
}

function whatKeepsIt(
  { init, members }: ContainerBranch,
  past: Past,
): { reason: string; evidence: Evidence[] } | undefined {
  if (init === null) return undefined
  const { process } = init
  if (process.state === 'Z') {
    const threads = process.detail === undefined ? null : valueOf(process.detail.threadStates)
    const left = threads?.filter(isAlive) ?? []
    // Threads that run are a program whose first thread has left, and no fault.
    if (past.usageOf(process).threads > 1 && (threads === null || left.some(({ state }) => state !== 'D')))
      return undefined
    return left.length === 0
      ? { reason: 'its shim does not reap it', evidence: [] }
      : {
          reason: 'a thread of it is stuck in the kernel',
          evidence: left.map((thread) => threadEvidence(process.pid, thread)),
        }
  }
  if (!process.exiting) return undefined
  const others = members.filter((node) => node !== init)
  return {
    reason: 'its pid namespace does not empty',
    evidence: others.slice(0, 5).map((node) => ({
      source: `/proc/${node.process.pid}/stat`,
      observed: `${node.process.pid} (${node.process.comm}) ${node.process.state} ${node.process.ppid}`,
    })),
  }
}

const isAlive = ({ state }: ThreadState): boolean => state !== 'Z' && state !== 'X'

const threadEvidence = (pid: number, { tid, state }: ThreadState): Evidence => ({
  source: `/proc/${pid}/task/${tid}/stat`,
  observed: `thread ${tid} is in state ${state}`,
})
