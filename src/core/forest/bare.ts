import type { Tree, TreeNode } from '../model/forest.ts'
import type { EngineState, EngineStateSample } from '../model/host.ts'
import { baseName } from '../model/path.ts'
import { valueOf } from '../model/reading.ts'
import { type ContainerRoot, cgroupOf, type PlaceOf } from './containers.ts'
import type { HostIndex } from './host-index.ts'
import { systemdUnit } from './interest.ts'

/** Who else keeps bundles, and asks runc for no other root: docker up to 17.09, podman, CRI-O. Their own marks tell them. */
const bundleOfDaemon = /\/(?:overlay-containers|libcontainerd|io\.containerd\.[\w.]+)\//

/**
 * Containers that runc runs for nobody but whoever called it. Its own record names the first process by pid and start
 * time, and is what tells such a container from any other group of processes; no keeper is missed.
 */
export function findBare(
  index: HostIndex,
  tree: Tree,
  states: readonly EngineStateSample[],
  placeOf: PlaceOf,
  isKept: (init: TreeNode) => boolean,
  isKnown: (id: string) => boolean,
): ContainerRoot[] {
  if (states.length === 0) return []
  const byStart = groupByStart(tree)
  return states.flatMap((sample) => {
    const state = valueOf(sample.state)
    if (state === null || bundleOfDaemon.test(state.annotations.get('bundle') ?? '')) return []
    const init = byStart.get(state.initStartTicks)?.find((node) => hasPid(node, state)) ?? null
    if (init === null ? isKnown(state.id) : isKept(init) || isOthers(index, init, placeOf)) return []
    return [bare(index, state, init, placeOf)]
  })
}

function bare(index: HostIndex, state: EngineState, init: TreeNode | null, placeOf: PlaceOf): ContainerRoot {
  const cgroup = init === null ? null : cgroupOf(init)
  const above = init?.parent == null ? null : cgroupOf(init.parent)
  const place = cgroup === null ? undefined : placeOf(cgroup)
  return {
    key: '',
    id: state.id,
    containerdNamespace: null,
    manager: 'runc',
    role: 'container',
    bundle: null,
    shim: null,
    keeperProof: null,
    init,
    state: 'unknown',
    name: null,
    image: null,
    pod: place?.podUid == null ? null : { uid: place.podUid, name: null, namespace: null },
    cgroupPath: cgroup === above || cgroup === null || systemdUnit.test(baseName(cgroup)) ? null : cgroup,
    freezer: index.freezerOf(init),
    members: [],
    execs: [],
    chain: [],
    within: null,
    grouped: false,
    initIsGone: init === null && index.isComplete,
  }
}

/** A daemon's container whose keeper may be gone: that is for others to say. */
function isOthers(index: HostIndex, init: TreeNode, placeOf: PlaceOf): boolean {
  const cgroup = cgroupOf(init)
  const manager = cgroup === null ? null : (placeOf(cgroup)?.manager ?? null)
  return (manager !== null && manager !== 'runc') || index.originOf(init) !== undefined
}

/** runc writes the pid as it sees it: one of those that the process has from outside to inside. */
function hasPid({ process }: TreeNode, { initPid }: EngineState): boolean {
  const inner = process.detail === undefined ? null : valueOf(process.detail.innerPids)
  return process.pid === initPid || inner?.includes(initPid) === true
}

function groupByStart(tree: Tree): ReadonlyMap<number, readonly TreeNode[]> {
  const groups = new Map<number, TreeNode[]>()
  for (const node of tree.nodes.values()) {
    const group = groups.get(node.process.startTicks)
    if (group === undefined) groups.set(node.process.startTicks, [node])
    else group.push(node)
  }
  return groups
}
