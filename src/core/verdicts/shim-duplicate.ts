import type { Forest, ShimBranch } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledShim, childrenEvidence, runningIn, shimSubject } from './shim-evidence.ts'

/** Two shims that live on for one id: only one of them has the container, and their daemon may talk to the other. */
export const shimDuplicate: VerdictRule = {
  code: 'shim-duplicate',
  severity: 'warning',
  title: 'a second shim for a container that has one',
  resembles: ['containerd/containerd#5015', 'moby/moby#26041', 'moby/moby#25544'],
  yieldsTo: ['shim-wedged'],
  judge: (forest) =>
    groups(forest).flatMap((shims) => {
      const [keeper, ...others] = byClaim(shims)
      if (keeper === undefined) return []
      return others
        .filter(({ relation }) => relation !== 'starting')
        .map((shim) => ({
          subject: shimSubject(shim),
          severity: 'warning' as const,
          summary: `${calledShim(shim)} is a second shim for what ${calledShim(keeper)} keeps`,
          evidence: [
            ...keeper.recognition.evidence,
            childrenEvidence(keeper),
            ...shim.recognition.evidence,
            childrenEvidence(shim),
          ],
          next: `Only one of the two has the container: see which has the children. Keep what both show (shimscope record) before pid ${shim.node.process.pid} is ended.`,
        }))
    }),
}

/** One id of one daemon, seen in one mount namespace: ids repeat on nested nodes, and so do addresses. */
function groups({ shims }: Forest): ShimBranch[][] {
  const byIdentity = new Map<string, ShimBranch[]>()
  for (const shim of shims) {
    const { id, address, containerdNamespace, recognition, within, node } = shim
    const mounts = node.process.detail === undefined ? null : valueOf(node.process.detail.mountNamespace)
    if (id === null || mounts === null) continue
    const where = address ?? recognition.bundle ?? ''
    const identity = [recognition.runtime.program, where, containerdNamespace, id, within?.key, mounts].join('\0')
    const group = byIdentity.get(identity)
    if (group === undefined) byIdentity.set(identity, [shim])
    else group.push(shim)
  }
  return [...byIdentity.values()].filter(({ length }) => length > 1)
}

/** Who has the container before who has not, then the older. */
const byClaim = (shims: readonly ShimBranch[]): ShimBranch[] =>
  [...shims].sort(
    (a, b) =>
      Number(runningIn(b).length > 0) - Number(runningIn(a).length > 0) ||
      a.node.process.startTicks - b.node.process.startTicks,
  )
