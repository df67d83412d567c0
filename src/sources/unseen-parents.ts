import { withPid } from '../core/model/by-pid.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { parseStat } from '../core/procfs/stat.ts'
import type { ProcSource } from './proc-source.ts'

/**
 * Whether somebody's parent is not shown. It lives, or its child would have another: so processes are hidden here,
 * whatever is known of the mount. A parent in an outer pid namespace reads 0. pid_namespaces(7)
 */
export function hasUnseenParent(source: ProcSource, processes: readonly ProcessSample[]): boolean {
  let shown = 0
  return processes.some((process) => {
    const { ppid } = process
    // Of children of one parent many stand side by side.
    if (ppid === 0 || ppid === shown) return false
    if (withPid(processes, ppid) === undefined) return isUnseen(source, process)
    shown = ppid
    return false
  })
}

/** One that began or ended while the list was read is there now, or no parent any more. */
function isUnseen(source: ProcSource, { pid, ppid, startTicks }: ProcessSample): boolean {
  if (source.facts(`/proc/${ppid}`).kind !== 'gone') return false
  const stat = source.read(`/proc/${pid}/stat`)
  const fields = stat.kind === 'known' ? parseStat(stat.value) : undefined
  return fields?.ppid === ppid && fields.startTicks === startTicks
}
