import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import { shimV2 } from './shim-v2-form.ts'

/** Runtimes that nobody has described here speak the v2 API all the same: `io.containerd.<name>.v<n>` names their program. */
export const containerdShimOther = shimV2({
  id: 'containerd-shim-other',
  program: 'containerd-shim-*',
  title: 'any other shim of the v2 API, under its own name',
  docs: 'containerd core/runtime/v2/README.md, "Shim Authoring"',
  isIt: (process) => !isContainerOfItself(process),
  // What it writes is not known: nothing may be concluded from what is not there.
  expects: { writesInitPid: false },
})

/**
 * A container that is a fork of its shim, as runwasi's are, keeps the command line; it leads a session and a pid
 * namespace. Who leads a session and cannot be looked at is not taken for a shim.
 */
function isContainerOfItself({ session, pid, detail }: ProcessSample): boolean {
  const inner = detail === undefined ? null : valueOf(detail.innerPids)
  return session === pid && (inner === null || (inner.length > 1 && inner.at(-1) === 1))
}
