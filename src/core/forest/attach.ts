import type {
  ContainerBranch,
  DaemonBranch,
  EmptyPlace,
  EngineBranch,
  Forest,
  ShimBranch,
  Tree,
  TreeNode,
} from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Recognition } from '../model/runtime.ts'
import type { Container } from '../model/snapshot.ts'
import {
  type ContainerRoot,
  cgroupOf,
  clientOf,
  containerFromBundle,
  containerFromProcess,
  type PlaceOf,
} from './containers.ts'
import {
  type DaemonRoot,
  daemonAt,
  findDaemons,
  inferAddresses,
  programsWithin,
  serves,
  sharesMounts,
} from './daemons.ts'
import { type HostIndex, indexHost } from './host-index.ts'
import { identify } from './identity.ts'
import { indexKeepers } from './keepers.ts'
import { type Doubt, doubtsIn } from './doubt.ts'
import { assignMembers, execsOf } from './membership.ts'
import { holdOn, relationOf } from './relation.ts'
import { findShims, parentageOf, type ShimRoot } from './shims.ts'
import { stateOf } from './state.ts'
import { findUnkept } from './strays.ts'

export interface Attachment {
  readonly host: HostSample
  readonly tree: Tree
  readonly recognitions: ReadonlyMap<ProcessKey, Recognition>
  readonly placeOf: PlaceOf
  /** What a process that was not recognised may be all the same. */
  readonly resembles: (process: ProcessSample) => 'daemon' | 'shim' | undefined
  /** Addresses at which daemons were seen to listen before. */
  readonly addresses: ReadonlyMap<ProcessKey, readonly string[]>
  /** Containers of the last pass, whose bundles may be gone by now. */
  readonly remembered: readonly Container[]
}

/** Who keeps which container, and how we know. */
export function attach(attachment: Attachment): Forest {
  let excluded: ReadonlySet<ProcessKey> = new Set()
  // What runs in a container may look like a shim. It is one only where a daemon runs beside it (kind, docker-in-docker);
  // dropping one may uncover others, each pass drops at least one, and two are the rule.
  for (;;) {
    const { forest, impostors } = attachAll(attachment, excluded)
    if (impostors.length === 0) return forest
    excluded = new Set([...excluded, ...impostors])
  }
}

function attachAll(
  { host, tree, recognitions, placeOf, resembles, addresses, remembered }: Attachment,
  excluded: ReadonlySet<ProcessKey>,
): { forest: Forest; impostors: ProcessKey[] } {
  const index = indexHost(host)
  const daemons = findDaemons(host, tree, recognitions, addresses)
  const shims = findShims(host, index, tree, recognitions, excluded)
  const shimsByKey = new Map(shims.map((shim) => [shim.node.process.key, shim]))
  const engines = findEngines(tree, recognitions, shimsByKey)

  const kept = shims.length === 0 ? [] : keptContainers(host, index, shims, engines, placeOf)
  const keptPaths = new Set(
    kept.flatMap(({ cgroupPath, init }) => (init === null || cgroupPath === null ? [] : [cgroupPath])),
  )
  const keptInits = new Set(kept.map(({ init }) => init))
  const unkept = findUnkept(
    index,
    tree,
    recognitions,
    placeOf,
    (node, path) =>
      keptInits.has(node) ||
      isBelow(path, keptPaths) ||
      (node.parent !== null && startsContainers(node.parent, recognitions, excluded)),
  )
  const containers = [...kept, ...unkept]
  const containerOf = assignMembers(tree, containers, (key) => shimsByKey.has(key))
  for (const daemon of daemons)
    daemon.within = (containerOf.get(daemon.node.process.key) as ContainerBranch | undefined) ?? null

  const impostors = shims.filter((shim) => isImpostor(shim, containerOf, daemons)).map((shim) => shim.node.process.key)
  if (impostors.length > 0) return { forest: emptyForest(host, tree, recognitions), impostors }

  inferAddresses(
    host,
    daemons,
    shims.flatMap(({ node, address, recognition }) =>
      address === null ? [] : [{ process: node.process, address, runtime: recognition.runtime }],
    ),
  )
  for (const container of containers) {
    container.execs = execsOf(container, recognitions)
    container.state = stateOf(container, creationOf(container, engines))
  }
  const byShim = groupByShim(containers)
  const doubt = doubtsIn(tree, recognitions, containerOf, resembles)
  for (const container of unkept) if (doubt.mayBeKept(container)) container.keeperProof = null
  for (const shim of shims) finishShim(host, shim, doubt, daemons, byShim.get(shim) ?? [], recognitions, containerOf)
  for (const container of containers) finishContainer(container, daemons, containerOf)
  identify(containers, remembered)

  return {
    impostors: [],
    forest: {
      host,
      tree,
      recognitions,
      daemons,
      shims: shims as ShimBranch[],
      containers: containers as ContainerBranch[],
      engines,
      emptyPlaces: doubt.mayHideShims ? [] : emptyPlacesOf(host, placeOf),
      containerOf: containerOf as ReadonlyMap<ProcessKey, ContainerBranch>,
    },
  }
}

function keptContainers(
  host: HostSample,
  index: HostIndex,
  shims: readonly ShimRoot[],
  engines: readonly EngineBranch[],
  placeOf: PlaceOf,
): ContainerRoot[] {
  const containers: ContainerRoot[] = []
  const keeperOf = indexKeepers(shims, placeOf)
  for (const bundle of host.bundles) {
    // Deleted between its listing and its reading.
    if (bundle.facts.kind === 'gone') continue
    const shim = keeperOf(bundle)
    if (shim !== undefined) containers.push(containerFromBundle(index, bundle, shim, placeOf))
  }
  const known = new Set(containers.flatMap(({ init }) => (init === null ? [] : [init])))
  const byShim = groupByShim(containers)
  const working = new Set(engines.map(({ node }) => node))
  for (const shim of shims) {
    const paths = new Set(byShim.get(shim)?.map(({ cgroupPath }) => cgroupPath))
    for (const child of byAge(shim.node.children)) {
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
  working.has(node) && !node.process.comm.startsWith('runc:[2:')

const byAge = (nodes: readonly TreeNode[]): TreeNode[] =>
  [...nodes].sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)

/** A child of a shim that is neither in the shim's cgroup nor in its pid namespace; log drivers and hooks are in both. */
function isContainerRoot(child: TreeNode, shim: ShimRoot): boolean {
  if (child.process.state === 'Z') return false
  const path = cgroupOf(child)
  if (path !== null && path !== cgroupOf(shim.node)) return true
  const own = child.process.detail === undefined ? null : valueOf(child.process.detail.innerPids)
  const above = shim.node.process.detail === undefined ? null : valueOf(shim.node.process.detail.innerPids)
  return own !== null && above !== null && own.length > above.length
}

function findEngines(
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: ReadonlyMap<ProcessKey, ShimRoot>,
): EngineBranch[] {
  const engines: EngineBranch[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (recognition.role !== 'engine' || node === undefined || node.process.state === 'Z') continue
    const shim = shimAbove(node, recognitions, shims)
    const engine = { node, recognition, shim: shim as ShimBranch | null }
    engines.push(engine)
    shim?.engines.push(engine)
  }
  return engines
}

function groupByShim(containers: readonly ContainerRoot[]): ReadonlyMap<ShimRoot, readonly ContainerRoot[]> {
  const groups = new Map<ShimRoot, ContainerRoot[]>()
  for (const container of containers) {
    if (container.shim === null) continue
    const group = groups.get(container.shim)
    if (group === undefined) groups.set(container.shim, [container])
    else group.push(container)
  }
  return groups
}

/** Its parent, or that of the engine that started it. */
function shimAbove(
  { parent }: TreeNode,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: ReadonlyMap<ProcessKey, ShimRoot>,
): ShimRoot | null {
  if (parent === null) return null
  const shim = shims.get(parent.process.key)
  if (shim !== undefined) return shim
  const isEngine = recognitions.get(parent.process.key)?.role === 'engine'
  return (isEngine && parent.parent !== null && shims.get(parent.parent.process.key)) || null
}

const creationOf = (container: ContainerRoot, engines: readonly EngineBranch[]): TreeNode | undefined =>
  engines.find(
    ({ recognition, shim }) =>
      recognition.verb === 'create' && recognition.id === container.id && (shim === null || shim === container.shim),
  )?.node

function startsContainers(
  node: TreeNode,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  excluded: ReadonlySet<ProcessKey>,
): boolean {
  const role = recognitions.get(node.process.key)?.role
  return (role === 'shim' || role === 'engine') && !excluded.has(node.process.key)
}

function isBelow(path: string, paths: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
    if (paths.has(path.slice(0, end))) return true
  return false
}

function isImpostor(
  shim: ShimRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
  daemons: readonly DaemonRoot[],
): boolean {
  const within = containerOf.get(shim.node.process.key)
  if (within === undefined || within.shim === shim) return false
  // One that no daemon holds on to shows what it is by what it keeps: somebody may run podman in there.
  if (shim.recognition.runtime.expects.tracking === 'none') {
    return !shim.node.children.some((child) => isContainerRoot(child, shim))
  }
  return !daemons.some(
    (daemon) =>
      (daemon.within as unknown) === within &&
      shim.recognition.runtime.expects.daemons.includes(daemon.recognition.runtime.program),
  )
}

function finishShim(
  host: HostSample,
  shim: ShimRoot,
  doubt: Doubt,
  daemons: readonly DaemonRoot[],
  own: readonly ContainerRoot[],
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): void {
  const { daemon, state } = daemonAt(host, daemons, shim.node.process, shim.recognition.runtime, shim.address)
  shim.containers = own as readonly ContainerBranch[] as ContainerBranch[]
  shim.parentage = parentageOf(shim, recognitions)
  shim.daemon = daemon ?? (shim.parentage === 'daemon' ? parentDaemon(shim, daemons) : callerOf(shim, daemons))
  shim.addressState = state === 'silent' && doubt.mayBeServed ? 'unknown' : state
  shim.relation = relationOf(host, shim, own)
  Object.assign(shim, holdOn(shim))
  const within = containerOf.get(shim.node.process.key)
  shim.within = within === undefined || within.shim === shim ? null : (within as ContainerBranch)
}

/** Who called a keeper that no daemon holds on to: the one that there is of the kind that calls it. */
function callerOf({ node, recognition }: ShimRoot, daemons: readonly DaemonRoot[]): DaemonBranch | null {
  if (recognition.runtime.expects.tracking !== 'none') return null
  const callers = daemons.filter((daemon) => serves(daemon, recognition.runtime) && sharesMounts(daemon, node.process))
  return callers.length === 1 ? (callers[0] ?? null) : null
}

const parentDaemon = (shim: ShimRoot, daemons: readonly DaemonRoot[]): DaemonBranch | null =>
  daemons.find((daemon) => daemon.node === shim.node.parent) ?? null

function finishContainer(
  container: ContainerRoot,
  daemons: readonly DaemonRoot[],
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): void {
  const { shim } = container
  container.within = shim === null ? outerOf(container, containerOf) : shim.within
  container.chain = chainOf(container, daemons)
}

function outerOf(
  container: ContainerRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): ContainerBranch | null {
  const parent = container.init?.parent
  const outer = parent == null ? undefined : containerOf.get(parent.process.key)
  return outer === undefined || outer === container ? null : (outer as ContainerBranch)
}

/** Who called whom. Those above the namespace's own daemon are named only where they are seen to run. */
function chainOf(container: ContainerRoot, daemons: readonly DaemonRoot[]): string[] {
  const { shim } = container
  if (shim === null) return [container.manager]
  const { runtime } = shim.recognition
  const through = clientOf(shim)?.through ?? runtime.expects.daemons.slice(0, 1)
  const running = programsWithin(daemons as readonly DaemonBranch[], container.within)
  const inPod = container.pod !== null
  const callers = through.filter((program) => {
    if (runtime.expects.daemons.includes(program)) return true
    // Docker answers people as well as Kubernetes: only a pod's container came from there.
    if (program === 'kubelet' || program === 'cri-dockerd') return inPod && running.has(program)
    return true
  })
  return [...callers, runtime.program]
}

/** Those that are a container's own: below it, its programs may make what they like. */
const emptyPlacesOf = ({ emptyCgroups }: HostSample, placeOf: PlaceOf): EmptyPlace[] =>
  emptyCgroups.flatMap((cgroup) => {
    const place = placeOf(cgroup.path)
    return place?.path === cgroup.path ? [{ ...cgroup, id: place.id }] : []
  })

const emptyForest = (host: HostSample, tree: Tree, recognitions: ReadonlyMap<ProcessKey, Recognition>): Forest => ({
  host,
  tree,
  recognitions,
  daemons: [],
  shims: [],
  containers: [],
  engines: [],
  emptyPlaces: [],
  containerOf: new Map(),
})
