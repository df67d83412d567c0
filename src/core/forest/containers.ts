import type { ContainerBranch, Growing, TreeNode } from '../model/forest.ts'
import type { BundleSample } from '../model/host.ts'
import { baseName } from '../model/path.ts'
import { valueOf } from '../model/reading.ts'
import type { Client } from '../model/runtime.ts'
import type { HostIndex } from './host-index.ts'
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
export function initOf(bundle: BundleSample, shim: ShimRoot, placeOf: PlaceOf): TreeNode | null | undefined {
  const pid = valueOf(bundle.initPid)
  if (pid === null) {
    const named = eldestIn(bundle.id, shim, placeOf)
    return named ?? (keepsOnlyOne(shim) && bundle.initPid.kind === 'gone' ? onlyRootOf(shim) : undefined)
  }
  const shimPids = shim.node.process.detail === undefined ? null : valueOf(shim.node.process.detail.innerPids)
  const depth = shimPids === null ? null : shimPids.length - 1
  let isCertain = depth !== null || shim.node.children.length === 0
  for (const child of shim.node.children) {
    const pids = child.process.detail === undefined ? null : valueOf(child.process.detail.innerPids)
    if (depth !== null && pids !== null ? pids[depth] === pid : child.process.pid === pid) return child
    if (pids === null) isCertain = false
  }
  return isCertain ? null : undefined
}

/** Where no file tells: the oldest living child of the shim whose cgroup bears the container's id. */
function eldestIn(id: string, shim: ShimRoot, placeOf: PlaceOf): TreeNode | undefined {
  const inside = shim.node.children.filter((child) => {
    const path = child.process.state === 'Z' ? null : cgroupOf(child)
    return path !== null && placeOf(path)?.id === id
  })
  return inside.sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)[0]
}

/** A shim that its daemon holds on to as its child, and writes no pid: one for each container. containerd v0.2.9 */
const keepsOnlyOne = ({ recognition: { runtime } }: ShimRoot): boolean =>
  runtime.expects.tracking === 'parent' && !runtime.expects.writesInitPid

/** Where no pid is written, the first of the shim's children that is in a container is its container's init. */
function onlyRootOf(shim: ShimRoot): TreeNode | null | undefined {
  if (shim.node.children.length === 0) return null
  const roots = shim.node.children.filter((child) => isContainerRoot(child, shim))
  return roots.sort((a, b) => a.process.startTicks - b.process.startTicks || a.process.pid - b.process.pid)[0]
}

/** A child of a shim that is neither in the shim's cgroup nor in its pid namespace; log drivers and hooks are in both. */
export function isContainerRoot(child: TreeNode, shim: ShimRoot): boolean {
  if (child.process.state === 'Z') return false
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
  placeOf: PlaceOf,
): ContainerRoot {
  const config = valueOf(bundle.config)
  const names = config === null ? namesUnknown : namesIn(config)
  const found = initOf(bundle, shim, placeOf)
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
export function cgroupOf(node: TreeNode): string | null {
  const path = valueOf(node.process.cgroup)?.path
  return path === undefined || path === '/' ? null : path
}
