import type { ShimBranch, TreeNode } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { isDead } from './dead.ts'
import { calledShim, shimSubject } from './shim-evidence.ts'

const MOST_SHOWN = 5

/** A shim reaps what it started at once. Where its own children stay zombies it has stopped to: it is stuck, not the app. */
export const shimReaperStuck: VerdictRule = {
  code: 'shim-reaper-stuck',
  severity: 'critical',
  title: 'a shim that does not reap its own children',
  resembles: ['moby/moby#40145', 'Mirantis/cri-dockerd#124'],
  yieldsTo: ['shim-wedged'],
  judge: ({ shims }, past) =>
    shims.flatMap((shim) => {
      const zombies = ownZombies(shim, past)
      if (zombies.length === 0) return []
      const { pid, comm, state, ppid } = shim.node.process
      return {
        subject: shimSubject(shim),
        severity: 'critical',
        summary: `${calledShim(shim)} does not reap its own children: exits of its containers go unnoticed`,
        evidence: [
          ...zombies.slice(0, MOST_SHOWN).map(({ process }) => ({
            source: `/proc/${process.pid}/stat`,
            observed: `${process.pid} (${process.comm}) Z ${process.ppid}`,
          })),
          { source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) ${state} ${ppid}` },
        ],
        next: `kill -USR1 ${pid} makes a Go shim print its goroutines to the daemon's log and ends nothing: keep that, and what it waits for (/proc/${pid}/task/*/wchan), before the shim is ended.`,
        witnesses: zombies.map(({ process }) => process.key),
        explains: shim.containers.filter(({ init }) => init !== null && isDead(init, past)).map(({ key }) => key),
      }
    }),
}

/** Its containers' first processes, and its virtual machine, have verdicts of their own, unless others are with them. */
function ownZombies({ node, containers, machines }: ShimBranch, past: Past): TreeNode[] {
  const zombies = node.children.filter((child) => isDead(child, past))
  if (zombies.length === 0) return []
  const others = new Set([...containers.map(({ init }) => init), ...machines.map((machine) => machine.node)])
  return zombies.filter((child) => !others.has(child))
}
