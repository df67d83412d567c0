import type { ContainerBranch, Growing, TreeNode } from '../model/forest.ts'
import type { BundleSample } from '../model/host.ts'
import { baseName } from '../model/path.ts'
import { valueOf } from '../model/reading.ts'
import type { Client } from '../model/runtime.ts'
import type { HostIndex } from './host-index.ts'
import { type Guests, ownsVm } from './machines.ts'
import { type Names, namesIn, namesUnknown } from './pods.ts'
import type { ShimRoot } from './shims.ts'

/** What a cgroup path says of a container: the shape that the layouts of runtimes/ answer with. */
export interface CgroupPlace {
  readonly id: string
  readonly path: string
  readonly manager: string | null
  readonly containerdNamespace: string | null
  readonly podUid: string | null
  readonly proves: 'keeper' | 'container' | 'nothing'
  readonly holds: 'container' | 'overhead'
}
export type PlaceOf = (cgroupPath: string) => CgroupPlace | undefined

export type ContainerRoot = Omit<Growing<ContainerBranch>, 'shim' | 'members' | 'execs'> & {
  shim: ShimRoot | null
  members: TreeNode[]
  execs: TreeNode[]
  /** Proven: its pid is known, and nobody has it. */
  readonly initIsGone: boolean
  /** Asked for by annotation to share a shim. */
  readonly grouped: boolean
}

export const clientOf = (shim: ShimRoot): Client | undefined =>
  shim.recognition.runtime.expects.clients.find((client) => client.containerdNamespace === shim.containerdNamespace)

/**
 * The process that a bundle's `init.pid` means, a pid in the shim's own pid namespace; `null`: it is gone, for certain;
 * `undefined`: there is none yet, or it may be one of those whose pids could not be read.
 */
export function initOf(
  bundle: BundleSample,
  shim: ShimRoot,
  guests: Guests,
  placeOf: PlaceOf,
): TreeNode | null | undefined {
  const pid = valueOf(bundle.initPid)
  const { writesInitPid, owns, bundle: place } = shim.recognition.runtime.expects
  if (pid === null) {
    if (owns !== 'processes') return undefined
    const named = eldestIn(bundle, guests, placeOf)
    return named ?? (keepsOnlyOne(shim) && bundle.initPid.kind === 'gone' ? onlyRootOf(shim, guests) : undefined)
  }
  const shimPids = shim.node.process.detail === undefined ? null : valueOf(shim.node.process.detail.innerPids)
  const depth = shimPids === null ? null : shimPids.length - 1
  let isCertain = depth !== null || guests.nodes.length === 0
  const bearsPid = ({ process }: TreeNode): boolean => {
    // The outermost of its pids is the one that it is listed by, whatever it lets be read. proc(5), NSpid
    if (depth === 0) return process.pid === pid
    const pids = process.detail === undefined ? null : valueOf(process.detail.innerPids)
    if (pids === null) isCertain = false
    return depth !== null && pids !== null ? pids[depth] === pid : process.pid === pid
  }
  const child = guests.nodes.find(bearsPid)
  if (child !== undefined) return child
  const ids = idsOf(bundle)
  const kernel = guests.kernels.find(({ node }) => bearsPid(node))
  if (kernel !== undefined) return kernel.id === null || ids.includes(kernel.id) ? kernel.node : undefined
  // Of a runtime that we do not know to write it, the pid may be a guest's.
  const isPidHere = writesInitPid || place === 'argument'
  return isCertain && isPidHere && !isInCgroup(guests.byPid.get(pid), ids) ? null : undefined
}

/** In its cgroup, and nobody's child that we know: not to be taken for gone. */
function isInCgroup(node: TreeNode | undefined, ids: readonly string[]): boolean {
  const path = node === undefined ? null : cgroupOf(node)
  return path !== null && ids.some((id) => path.includes(id))
}

/** The container's, and its pod's sandbox's. */
function idsOf(bundle: BundleSample): string[] {
  const config = valueOf(bundle.config)
  const group = (config === null ? null : namesIn(config).group) ?? valueOf(bundle.sandboxId)
  return group === null ? [bundle.id] : [bundle.id, group]
}

/** Where no file tells: the oldest living child of the shim in the container's cgroup. */
function eldestIn(bundle: BundleSample, guests: Guests, placeOf: PlaceOf): TreeNode | undefined {
  const configured = configuredCgroup(valueOf(bundle.config)?.cgroupsPath ?? null)
  const inside = guests.nodes.filter((child) => {
    const path = child.process.state === 'Z' ? null : cgroupOf(child)
    return path !== null && (path === configured || placeOf(path)?.id === bundle.id)
  })
  return inside.sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)[0]
}

/** A shim that its daemon holds on to as its child, and writes no pid: one for each container. containerd v0.2.9 */
const keepsOnlyOne = ({ recognition: { runtime } }: ShimRoot): boolean =>
  runtime.expects.tracking === 'parent' && !runtime.expects.writesInitPid

/** Where no pid is written, the first of the shim's children that is in a container is its container's init. */
function onlyRootOf(shim: ShimRoot, guests: Guests): TreeNode | null | undefined {
  if (shim.node.children.length === 0) return null
  const roots = guests.nodes.filter((child) => isContainerRoot(child, shim))
  return roots.sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)[0]
}

/** A child of a shim that is neither in the shim's cgroup nor in its pid namespace; log drivers and hooks are in both. */
export function isContainerRoot(child: TreeNode, shim: ShimRoot): boolean {
  if (child.process.state === 'Z' || ownsVm(shim)) return false
  const path = cgroupOf(child)
  if (path !== null && path !== cgroupOf(shim.node)) return true
  const own = child.process.detail === undefined ? null : valueOf(child.process.detail.innerPids)
  const above = shim.node.process.detail === undefined ? null : valueOf(shim.node.process.detail.innerPids)
  return own !== null && above !== null && own.length > above.length
}

/** A bundle that the command line names may be any directory; the id stands beside it. */
const givenAsArgument = ({ recognition, id, bundlePath }: ShimRoot, { path }: BundleSample): string | null =>
  recognition.runtime.expects.bundle === 'argument' && path === bundlePath ? id : null

export function containerFromBundle(
  index: HostIndex,
  bundle: BundleSample,
  shim: ShimRoot,
  guests: Guests,
  placeOf: PlaceOf,
): ContainerRoot {
  const config = valueOf(bundle.config)
  const names = config === null ? namesUnknown : namesIn(config)
  const found = initOf(bundle, shim, guests, placeOf)
  const init = found ?? null
  return {
    initIsGone: found === null && index.isComplete,
    ...named(
      givenAsArgument(shim, bundle) ?? bundle.id,
      shim,
      names,
      init,
      placeOf,
      configuredCgroup(config?.cgroupsPath ?? null),
    ),
    bundle,
    freezer: index.freezerOf(init),
  }
}

/** A container that only its processes show: its bundle is deleted, or may not be read. */
export function containerFromProcess(
  index: HostIndex,
  init: TreeNode,
  shim: ShimRoot,
  placeOf: PlaceOf,
): ContainerRoot {
  const path = cgroupOf(init)
  const id =
    (path === null ? undefined : placeOf(path)?.id) ?? (path === null ? null : baseName(path)) ?? shim.id ?? 'unknown'
  return {
    ...named(id, shim, namesUnknown, init, placeOf, null),
    initIsGone: false,
    bundle: null,
    freezer: index.freezerOf(init),
  }
}

function named(
  id: string,
  shim: ShimRoot,
  names: Names,
  init: TreeNode | null,
  placeOf: PlaceOf,
  configured: string | null,
): Omit<ContainerRoot, 'bundle' | 'freezer' | 'initIsGone'> {
  const client = clientOf(shim)
  // What a command line calls its container is said of that one only.
  const told = id === shim.id ? shim.recognition.names : undefined
  const cgroupPath = ownCgroup(init, shim) ?? configured
  const place = cgroupPath === null ? undefined : placeOf(cgroupPath)
  const role = names.role ?? told?.role ?? null
  const sandbox = role === null ? client?.sandboxes === true && id === shim.id : role === 'sandbox'
  return {
    key: '',
    id,
    containerdNamespace: shim.containerdNamespace,
    manager: client?.manages ?? place?.manager ?? shim.recognition.runtime.expects.manages,
    role: sandbox ? 'sandbox' : 'container',
    shim,
    keeperProof: null,
    init,
    state: 'unknown',
    name: names.name ?? told?.name ?? null,
    image: names.image,
    pod: names.pod ?? told?.pod ?? (place?.podUid == null ? null : { uid: place.podUid, name: null, namespace: null }),
    cgroupPath,
    members: [],
    execs: [],
    chain: [],
    within: null,
    grouped: names.grouped,
  }
}

/** Where cgroups are not used, a container is in its shim's, which then says nothing about who is in the container. */
function ownCgroup(init: TreeNode | null, shim: ShimRoot): string | null {
  const path = init === null ? null : cgroupOf(init)
  return path === cgroupOf(shim.node) ? null : path
}

/** The path where there is one: `slice:prefix:name`, the systemd driver's form, is not a path. runc libcontainer/specconv */
const configuredCgroup = (path: string | null): string | null => (path?.startsWith('/') === true ? path : null)

/** A zombie's cgroup is `/` on v1, which says nothing. */
export function cgroupOf(node: Pick<TreeNode, 'process'>): string | null {
  const path = valueOf(node.process.cgroup)?.path
  return path === undefined || path === '/' ? null : path
}
