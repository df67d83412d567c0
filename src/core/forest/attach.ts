import type {
  ContainerBranch,
  DaemonBranch,
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
import { findAttended } from './attended.ts'
import { findBare } from './bare.ts'
import { callersIn, chainOf } from './chains.ts'
import type { ContainerRoot, PlaceOf } from './containers.ts'
import { findDaemons, inferAddresses } from './daemons.ts'
import { doubtsIn, isNameless, type ResembledBy } from './doubt.ts'
import { emptyPlacesOf } from './empty-places.ts'
import { creationOf, findEngines } from './engines.ts'
import { finishShim, seekerOf } from './finish-shim.ts'
import { indexHost } from './host-index.ts'
import { identify } from './identity.ts'
import { isDaemon, isImpostor, isUnprovable, outerOfShim } from './impostors.ts'
import { findKept, groupByShim } from './kept.ts'
import { findMachines, guestsIn, inKernels, kernelsWaiting } from './machines.ts'
import { assignMembers, execsOf } from './membership.ts'
import { findShims } from './shims.ts'
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
  const kept = shims.length === 0 ? [] : findKept(host, index, guestsOf, shims, engines, placeOf)
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
  // Where a container's first process is not known yet, whoever is in the cgroup that its bundle names may be it.
  const keptPaths = new Set(
    watched.flatMap(({ cgroupPath, initIsGone }) => (initIsGone || cgroupPath === null ? [] : [cgroupPath])),
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
  const { containerOf, containerAt } = assignMembers(tree, containers, inKernels(machines, containers), (key) =>
    shimsByKey.has(key),
  )
  for (const daemon of claimed)
    daemon.within = (containerOf.get(daemon.node.process.key) as ContainerBranch | undefined) ?? null
  const daemons = claimed.filter((daemon) => isDaemon(daemon, addresses, recognitions))

  const impostors = shims
    .filter((shim) => isImpostor(shim, containerOf, daemons) || isUnprovable(host, shim, placeOf))
    .map((shim) => shim.node.process.key)
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
  for (const container of containers) if (isWithinItself(container)) leaveCircle(container)
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
      containerAt: containerAt as Forest['containerAt'],
    },
  }
}

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

const withinOf = (
  container: ContainerRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): ContainerBranch | null =>
  container.shim?.within ?? (container.shim === null ? outerOf(container.init, containerOf, container) : null)

/** Who may write to cgroups can put the parent of a container's first process into a container that is in this one. */
function isWithinItself(container: ContainerRoot): boolean {
  const seen = new Set<unknown>()
  for (let outer = container.within; outer !== null && !seen.has(outer); outer = outer.within) {
    if (outer === (container as unknown)) return true
    seen.add(outer)
  }
  return false
}

/** Where each is in the other, neither is; the next of them has none around it then. */
function leaveCircle(container: ContainerRoot): void {
  container.within = null
  if (container.shim !== null) container.shim.within = null
}

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
  containerAt: () => undefined,
})
