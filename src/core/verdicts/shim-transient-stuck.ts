import type { EngineBranch, Forest } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { stuckEngines } from './stuck-engines.ts'

/** containerd runs its shim's binary to start and to delete a shim, and waits for it. */
export const shimTransientStuck: VerdictRule = {
  code: 'shim-transient-stuck',
  severity: 'critical',
  title: "a shim's start or delete invocation that hangs",
  resembles: ['containerd/containerd#10092', 'containerd/containerd#11674', 'containerd/containerd#5800'],
  yieldsTo: [],
  judge: (forest) =>
    stuckEngines(forest, (engine) => isCalledByDaemon(forest, engine)).map((stuck) => ({
      ...stuck,
      severity: 'critical',
      next: 'Its daemon waits for it, and the pod with it. The wait channel and /proc/PID/stack (as root) say what it waits for.',
    })),
}

/**
 * Of a shim's program. In a container anybody may take such a name: there only a child of a daemon is believed. On the
 * node, one whose daemon died while it hung went to init.
 */
function isCalledByDaemon({ recognitions, containerOf }: Forest, { node, recognition }: EngineBranch): boolean {
  const { tracking, daemons } = recognition.runtime.expects
  if (tracking === 'none') return false
  const { key, ppid, detail } = node.process
  const caller = node.parent === null ? undefined : recognitions.get(node.parent.process.key)
  if (caller?.role === 'daemon') return daemons.includes(caller.runtime.program)
  const inner = detail === undefined ? null : valueOf(detail.innerPids)
  return ppid === 1 && inner?.length === 1 && !containerOf.has(key)
}
