import type { Forest, EmptyPlace } from '../model/forest.ts'
import { baseName } from '../model/path.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { keepsPods } from './keeps-pods.ts'

const MOST_SHOWN = 5

/** Cgroups of containers that are gone. Each costs the kernel memory, and from some tens of thousands on none can be made. */
export const cgroupLitter: VerdictRule = {
  code: 'cgroup-litter',
  severity: 'warning',
  title: 'empty cgroups of containers that are gone',
  resembles: ['cri-o/cri-o#6349', 'moby/moby#29638', 'kata-containers/kata-containers#6422', 'kunobi-ninja/kobe#166'],
  yieldsTo: [],
  judge: (forest) => {
    const left = leftBehind(forest)
    const [first] = left
    if (first === undefined) return []
    const hierarchy = first.source.slice(0, -first.path.length)
    return [
      {
        subject: { kind: 'cgroup', key: hierarchy, id: hierarchy },
        severity: 'warning',
        summary: `${hierarchy} holds cgroups of containers that are gone: no process is in them, and no bundle has their id`,
        evidence: left
          .slice(0, MOST_SHOWN)
          .map(({ source }) => ({ source: `cat ${source}/cgroup.procs`, observed: 'nothing' })),
        next: 'They hold no process. rmdir removes an empty cgroup and refuses any other, so it cannot do harm; see first which engine left them, for it will leave more.',
        // A container that ends leaves an empty cgroup for a moment: those that stay are the fault.
        witnesses: left.map(({ path }) => path),
      },
    ]
  },
}

/** A stopped task of `ctr` keeps its cgroup by design, and its bundle is there. */
function leftBehind({ host, emptyPlaces, containers, shims }: Forest): EmptyPlace[] {
  // Where a bundle may be that could not be listed, nothing is known to be without one.
  if (!host.complete || !host.bundlesListed) return []
  const ids = new Set([
    ...host.bundles.map(({ id }) => id),
    ...host.bundleMounts.map(({ path }) => baseName(path)),
    ...containers.map(({ id }) => id),
    ...shims.map(({ id }) => id),
  ])
  // Where a pod has ended and its shim has not, the shim is the fault, and what is left of the pod comes of it.
  const isPodLeft = shims.some((shim) => (shim.relation === 'empty' || shim.relation === 'starting') && keepsPods(shim))
  return emptyPlaces.filter(({ id, podUid }) => !ids.has(id) && !(isPodLeft && podUid !== null))
}
