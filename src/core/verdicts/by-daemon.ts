import type { DaemonBranch, ShimBranch } from '../model/forest.ts'
import type { Subject } from '../model/snapshot.ts'

type Group = readonly [ShimBranch, ...ShimBranch[]]

/**
 * Shims in groups, one for each daemon: what comes of a daemon's version or of its upgrade is the same for all of them,
 * and is told once. Without a daemon that is known there is nobody to tell it of.
 */
export function byDaemon(shims: readonly ShimBranch[]): [Subject, Group][] {
  const groups = new Map<DaemonBranch, [ShimBranch, ...ShimBranch[]]>()
  for (const shim of shims) {
    if (shim.daemon === null) continue
    const group = groups.get(shim.daemon)
    if (group === undefined) groups.set(shim.daemon, [shim])
    else group.push(shim)
  }
  return [...groups].map(([{ node }, group]) => [
    { kind: 'daemon', key: node.process.key, pid: node.process.pid },
    group,
  ])
}
