import type { EngineBranch, TreeNode } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import {
  type ContainerRoot,
  cgroupOf,
  containerFromBundle,
  containerFromProcess,
  isContainerRoot,
  type PlaceOf,
} from './containers.ts'
import type { HostIndex } from './host-index.ts'
import { indexKeepers } from './keepers.ts'
import type { GuestsOf } from './machines.ts'
import type { ShimRoot } from './shims.ts'

/** Containers that a shim keeps: those that bundles describe, and those of which only their processes show. */
export function findKept(
  host: HostSample,
  index: HostIndex,
  guestsOf: GuestsOf,
  shims: readonly ShimRoot[],
  engines: readonly EngineBranch[],
  placeOf: PlaceOf,
): ContainerRoot[] {
  const containers: ContainerRoot[] = []
  const keeperOf = indexKeepers(shims, placeOf, guestsOf)
  for (const bundle of host.bundles) {
    // Deleted between its listing and its reading.
    if (bundle.facts.kind === 'gone') continue
    const shim = keeperOf(bundle)
    if (shim !== undefined) containers.push(containerFromBundle(index, bundle, shim, guestsOf(shim), placeOf))
  }
  const known = new Set(containers.flatMap(({ init }) => (init === null ? [] : [init])))
  const byShim = groupByShim(containers)
  const working = new Set(engines.map(({ node }) => node))
  for (const shim of shims) {
    const paths = new Set(byShim.get(shim)?.map(({ cgroupPath }) => cgroupPath))
    for (const child of byAge(guestsOf(shim).nodes)) {
      if (known.has(child) || isWorking(child, working) || !isContainerRoot(child, shim)) continue
      const path = cgroupOf(child)
      // Another child in a known container's cgroup is a session in it.
      if (path !== null && paths.has(path)) continue
      containers.push(containerFromProcess(index, child, shim, placeOf))
      paths.add(path)
    }
  }
  return containers
}

/** An engine's stages are not a container yet, but for the last: `init` waits inside it. */
const isWorking = (node: TreeNode, working: ReadonlySet<TreeNode>): boolean =>
  working.has(node) && !node.process.comm.startsWith('runc:[2:') && node.process.session !== node.process.pid

const byAge = (nodes: readonly TreeNode[]): TreeNode[] =>
  [...nodes].sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)

export function groupByShim(containers: readonly ContainerRoot[]): ReadonlyMap<ShimRoot, readonly ContainerRoot[]> {
  const groups = new Map<ShimRoot, ContainerRoot[]>()
  for (const container of containers) {
    if (container.shim === null) continue
    const group = groups.get(container.shim)
    if (group === undefined) groups.set(container.shim, [container])
    else group.push(container)
  }
  return groups
}
