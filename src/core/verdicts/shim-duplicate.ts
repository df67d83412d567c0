import type { ShimBranch } from '../model/forest.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { mountsOf, namesakes } from './namesakes.ts'
import { calledShim, childrenEvidence, runningIn, shimSubject } from './shim-evidence.ts'

/** Two shims that live on for one id: only one of them has the container, and their daemon may talk to the other. */
export const shimDuplicate: VerdictRule = {
  code: 'shim-duplicate',
  severity: 'warning',
  title: 'a second shim for a container that has one',
  resembles: ['containerd/containerd#5015', 'moby/moby#26041', 'moby/moby#25544'],
  yieldsTo: ['shim-wedged'],
  judge: (forest) =>
    namesakes(forest)
      .flatMap(sharingFiles)
      .flatMap((shims) => {
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

/** Those that share their files: of the others it is not known whether they are of one daemon. */
const sharingFiles = (shims: readonly ShimBranch[]): ShimBranch[][] =>
  [...new Set(shims.map(mountsOf))].flatMap((mounts) =>
    mounts === null ? [] : [shims.filter((shim) => mountsOf(shim) === mounts)],
  )

/** Who has the container before who has not, then the older. */
const byClaim = (shims: readonly ShimBranch[]): ShimBranch[] =>
  [...shims].sort(
    (a, b) =>
      Number(runningIn(b).length > 0) - Number(runningIn(a).length > 0) ||
      a.node.process.startTicks - b.node.process.startTicks,
  )
