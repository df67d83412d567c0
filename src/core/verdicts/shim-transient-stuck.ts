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
    stuckEngines(forest, ({ recognition }) => recognition.runtime.expects.tracking !== 'none').map((stuck) => ({
      ...stuck,
      severity: 'critical',
      next: 'Its daemon waits for it, and the pod with it. The wait channel and /proc/PID/stack (as root) say what it waits for.',
    })),
}
