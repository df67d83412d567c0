import type { ShimBranch } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { byDaemon } from './by-daemon.ts'

const MOST_SHOWN = 5

/**
 * The program that shims run has lost its name: an upgrade replaced or removed it. Where it was removed, the daemon
 * cannot take these shims back when it restarts, and lets go of containers that run. rancher/rke2#10613
 */
export const shimBinaryReplaced: VerdictRule = {
  code: 'shim-binary-replaced',
  severity: 'info',
  title: 'shims whose program was replaced or removed since they started',
  resembles: ['rancher/rke2#10613', 'k3s-io/k3s#9652'],
  yieldsTo: [],
  judge: ({ shims }) =>
    // Of a shim that nobody manages there is something graver to say.
    byDaemon(shims.filter((shim) => shim.orphanedBy === null && exeOf(shim)?.deleted === true)).map(
      ([subject, group]) => {
        const [first] = group
        const path = exeOf(first)?.path ?? ''
        const isMissing = first.node.process.detail?.successor.kind === 'gone'
        return {
          subject,
          severity: 'info',
          summary: isMissing
            ? `running shims were started from ${path}, which is gone: their daemon may not find them again when it restarts`
            : `running shims were started from ${path}, which has been replaced since`,
          evidence: group.slice(0, MOST_SHOWN).flatMap(evidenceOf),
          next: isMissing
            ? 'Do not restart the daemon before a program is back at that path: it would let go of containers that run. Pods that are started anew get the new program.'
            : 'Nothing is wrong yet: the shims go on with the program that they have, old faults included, and pods that are started anew get the new one.',
        }
      },
    ),
}

const exeOf = ({ node }: ShimBranch) => (node.process.detail === undefined ? null : valueOf(node.process.detail.exe))

function evidenceOf(shim: ShimBranch): Evidence[] {
  const { pid, detail } = shim.node.process
  const path = exeOf(shim)?.path
  const told = shim.containers.find(({ bundle }) => bundle?.path === shim.bundlePath)?.bundle
  const configured = told === undefined || told === null ? null : valueOf(told.shimBinary)
  return [
    { source: `readlink /proc/${pid}/exe`, observed: `${path} (deleted)` },
    ...(detail?.successor.kind === 'gone'
      ? [{ source: `ls /proc/${pid}/root${path}`, observed: 'No such file or directory' }]
      : []),
    ...(configured === null ? [] : [{ source: `cat ${told?.source}/shim-binary-path`, observed: configured }]),
  ]
}
