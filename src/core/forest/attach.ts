import type {
  ContainerBranch,
  DaemonBranch,
  EmptyPlace,
  EngineBranch,
  Forest,
  MachineBranch,
  ShimBranch,
  Tree,
  TreeNode,
} from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { ProcessKey } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { Container } from '../model/snapshot.ts'
import {
  type ContainerRoot,
  cgroupOf,
  containerFromBundle,
  containerFromProcess,
  isContainerRoot,
  type PlaceOf,
} from './containers.ts'
import { findAttended } from './attended.ts'
import { findBare } from './bare.ts'
import { callersIn, chainOf } from './chains.ts'
import { type DaemonRoot, daemonAt, findDaemons, inferAddresses, type Seeker, serves, sharesMounts } from './daemons.ts'
import { type HostIndex, indexHost } from './host-index.ts'
import { identify } from './identity.ts'
import { indexKeepers } from './keepers.ts'
import { type Doubt, doubtsIn, isNameless, type ResembledBy } from './doubt.ts'
import { findMachines, type GuestsOf, guestsIn, inKernels, kernelsWaiting } from './machines.ts'
import { assignMembers, execsOf } from './membership.ts'
import { holdOn, relationOf } from './relation.ts'
import { findShims, parentageOf, type ShimRoot } from './shims.ts'
import { stateOf, waitsInside } from './state.ts'
import { findUnkept } from './strays.ts'

export interface Attachment {
  readonly host: HostSample
  readonly tree: Tree
  readonly recognitions: ReadonlyMap<ProcessKey, Recognition>
  readonly placeOf: PlaceOf
  /** What a process that was not recognised may be all the same. */
  readonly resembles: ResembledBy
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
  const claimed = findDaemons(host, tree, recognitions, addresses)
  const shims = findShims(host, index, tree, recognitions, excluded)
  const shimsByKey = new Map(shims.map((shim) => [shim.node.process.key, shim]))
  const engines = findEngines(tree, recognitions, shimsByKey)
  const machines = findMachines(tree, recognitions, shims)

  const guestsOf = guestsIn(tree, recognitions)
  const kept = shims.length === 0 ? [] : keptContainers(host, index, guestsOf, shims, engines, placeOf)
  const attended = findAttended(index, engines, placeOf)
  const keepsInit = new Set([...kept, ...attended].map(({ init }) => init))
  const ids = new Set([...kept, ...attended].map(({ id }) => id))
  const bare = findBare(
    index,
    tree,
    host.bareStates,
    placeOf,
    (init) => keepsInit.has(init),
    (id) => ids.has(id),
  )
  const watched = [...kept, ...attended, ...bare]
  const keptPaths = new Set(
    watched.flatMap(({ cgroupPath, init }) => (init === null || cgroupPath === null ? [] : [cgroupPath])),
  )
  const keptInits = new Set(watched.map(({ init }) => init))
  const unkept = findUnkept(
    index,
    tree,
    recognitions,
    placeOf,
    (node) => isNameless(node.process) && resembles(node.process) !== undefined,
    (node, path) =>
      keptInits.has(node) ||
      isBelow(path, keptPaths) ||
      (node.parent !== null && startsContainers(node.parent, recognitions, excluded)),
  )
  const containers = [...watched, ...unkept]
  const containerOf = assignMembers(tree, containers, inKernels(machines, containers), (key) => shimsByKey.has(key))
  for (const daemon of claimed)
    daemon.within = (containerOf.get(daemon.node.process.key) as ContainerBranch | undefined) ?? null
  const daemons = claimed.filter((daemon) => isDaemon(daemon, addresses, recognitions))

  const impostors = shims.filter((shim) => isImpostor(shim, containerOf, daemons)).map((shim) => shim.node.process.key)
  if (impostors.length > 0) return { forest: emptyForest(host, tree, recognitions), impostors }

  inferAddresses(
    host,
    daemons,
    shims.flatMap((shim) =>
      shim.address === null
        ? []
        : [
            {
              ...seekerOf(shim, (outerOfShim(shim, containerOf) as ContainerBranch | undefined) ?? null),
              address: shim.address,
            },
          ],
    ),
  )
  for (const machine of machines) machine.within = outerOf(machine.node, containerOf)
  const isWaiting = new Set([...engines.filter(waitsInside).map(({ node }) => node), ...kernelsWaiting(machines)])
  for (const container of containers) {
    container.execs = execsOf(container, recognitions)
    container.state = stateOf(container, creationOf(container, engines), isWaiting)
  }
  const byShim = groupByShim(containers)
  const doubt = doubtsIn(tree, recognitions, containerOf, resembles)
  for (const container of unkept) if (doubt.mayBeKept(container)) container.keeperProof = null
  for (const shim of shims)
    finishShim(host, tree, shim, doubt, daemons, byShim.get(shim) ?? [], recognitions, containerOf)
  for (const container of containers) container.within = withinOf(container, containerOf)
  const callers = callersIn(daemons as readonly DaemonBranch[])
  for (const container of containers) container.chain = chainOf(container as ContainerBranch, callers)
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
      emptyPlaces: doubt.mayBeShim ? [] : emptyPlacesOf(host, placeOf),
      machines: machines as readonly MachineBranch[],
      doubts: doubt,
      containerOf: containerOf as ReadonlyMap<ProcessKey, ContainerBranch>,
    },
  }
}

function keptContainers(
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

/**
 * What runs in a container and bears the name of a shim is one where it does what every shim does: listen from its
 * first moment on at the socket that its command line implies, and keep a container; where a daemon of shims runs
 * beside it, one of the two is enough.
 */
function isImpostor(
  shim: ShimRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
  daemons: readonly DaemonRoot[],
): boolean {
  const within = outerOfShim(shim, containerOf)
  if (within === undefined) return false
  const { daemons: programs, tracking } = shim.recognition.runtime.expects
  const keeps = shim.node.children.some((child) => isContainerRoot(child, shim))
  // One that no connection holds shows what it is by what it keeps: somebody may run podman in there.
  if (tracking !== 'connection') return !keeps
  const isServed = daemons.some(
    (daemon) => (daemon.within as unknown) === within && programs.includes(daemon.recognition.runtime.program),
  )
  if (!isServed) return shim.use.path === null || !keeps
  const isSilent = shim.use.source !== null && shim.use.path === null
  return isSilent && !keeps
}

/** The container that a shim runs in; its own is none. */
function outerOfShim(shim: ShimRoot, containerOf: ReadonlyMap<ProcessKey, ContainerRoot>): ContainerRoot | undefined {
  const within = containerOf.get(shim.node.process.key)
  return within?.shim === shim ? undefined : within
}

/**
 * In a container anybody may take the name; there only who listens, or did, or is the parent of shims, living or dead, is
 * a daemon, as far as that can be read.
 */
function isDaemon(
  { node, within, state }: DaemonRoot,
  addresses: Attachment['addresses'],
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
): boolean {
  if (within === null || state === 'listening' || addresses.has(node.process.key)) return true
  if (node.process.detail?.socketInodes.kind !== 'known') return true
  const roles = node.children.map((child) => recognitions.get(child.process.key)?.role)
  return roles.includes('shim') || roles.includes('remains')
}

function finishShim(
  host: HostSample,
  tree: Tree,
  shim: ShimRoot,
  doubt: Doubt,
  daemons: readonly DaemonRoot[],
  own: readonly ContainerRoot[],
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): void {
  shim.within = (outerOfShim(shim, containerOf) as ContainerBranch | undefined) ?? null
  const { daemon, state } = daemonAt(host, daemons, seekerOf(shim, shim.within), shim.address)
  shim.containers = own as readonly ContainerBranch[] as ContainerBranch[]
  shim.parentage = parentageOf(shim, recognitions)
  shim.daemon = daemon ?? (shim.parentage === 'daemon' ? parentDaemon(shim, daemons) : callerOf(shim, daemons))
  shim.addressState = state === 'silent' && doubt.mayBeDaemon ? 'unknown' : state
  shim.relation = relationOf(host, shim, own)
  Object.assign(shim, holdOn(tree, shim))
}

const seekerOf = ({ node, mounts, recognition }: ShimRoot, within: ContainerBranch | null): Seeker => ({
  process: node.process,
  mounts,
  runtime: recognition.runtime,
  within,
})

/** Who called a keeper that no daemon holds on to: the one that there is of the kind that calls it. */
function callerOf({ mounts, recognition }: ShimRoot, daemons: readonly DaemonRoot[]): DaemonBranch | null {
  if (recognition.runtime.expects.tracking !== 'none') return null
  const callers = daemons.filter((daemon) => serves(daemon, recognition.runtime) && sharesMounts(daemon, { mounts }))
  return callers.length === 1 ? (callers[0] ?? null) : null
}

const parentDaemon = (shim: ShimRoot, daemons: readonly DaemonRoot[]): DaemonBranch | null =>
  daemons.find((daemon) => daemon.node === shim.node.parent) ?? null

const withinOf = (
  container: ContainerRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): ContainerBranch | null =>
  container.shim?.within ?? (container.shim === null ? outerOf(container.init, containerOf, container) : null)

/** The container that the parent is in. */
function outerOf(
  node: TreeNode | null,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
  itself?: ContainerRoot,
): ContainerBranch | null {
  const parent = node?.parent
  const outer = parent == null ? undefined : containerOf.get(parent.process.key)
  return outer === undefined || outer === itself ? null : (outer as ContainerBranch)
}

/** Those that are a container's own and that nobody else names so: below it, its programs may make what they like. */
const emptyPlacesOf = ({ emptyCgroups }: HostSample, placeOf: PlaceOf): EmptyPlace[] =>
  emptyCgroups.flatMap((cgroup) => {
    const place = placeOf(cgroup.path)
    if (place?.path !== cgroup.path || (place.proves !== 'keeper' && place.podUid === null)) return []
    return [{ ...cgroup, id: place.id, podUid: place.podUid }]
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
  machines: [],
  doubts: { mayBeDaemon: true, mayBeShim: true, mayBeMachine: true },
  containerOf: new Map(),
})
