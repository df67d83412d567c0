import type { ContainerBranch, Tree, TreeNode } from '../model/forest.ts'
import type { BundleSample, Origin, Survivor } from '../model/host.ts'
import { baseName } from '../model/path.ts'
import type { ProcessKey } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Recognition } from '../model/runtime.ts'
import type { HostIndex } from './host-index.ts'
import { type CgroupPlace, type ContainerRoot, cgroupOf, type PlaceOf } from './containers.ts'
import { isKernel } from './machines.ts'
import { type Names, namesIn, namesUnknown } from './pods.ts'

/** Bundles in containers/storage, whose path holds the whole id. */
const storedBundle = /-containers\/[0-9a-f]{64}\/userdata$/
/** Bundles of containerd's task service: `<state>/io.containerd.runtime.v2.task/<namespace>/<id>`. */
const taskBundle = /\/io\.containerd\.runtime\.v[12]\.\w+\/([^/]+)\/[^/]+$/

/**
 * Containers that nobody keeps. A process whose cgroup is not its parent's may be the first of a container; that it is
 * one must be proven: by a cgroup that only an engine names so, by the mount that containerd makes for a bundle, or by
 * being runc's own init. Anything else is left alone.
 */
export function findUnkept(
  index: HostIndex,
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  placeOf: PlaceOf,
  mayBeKeeper: (node: TreeNode) => boolean,
  isKept: (node: TreeNode, cgroupPath: string) => boolean,
): ContainerRoot[] {
  const found = new Map<string, ContainerRoot>()
  for (const node of tree.nodes.values()) {
    const { process } = node
    if (process.detail === undefined || process.kernelThread || process.state === 'Z') continue
    const path = cgroupOf(node)
    const parentPath = node.parent === null ? null : cgroupOf(node.parent)
    if (path === null || path === parentPath || isKept(node, path)) continue
    // Whose parent's cgroup could not be read may be anywhere in a container, and not its first process.
    if (node.parent !== null && node.parent.process.cgroup.kind !== 'known') continue
    const recognition = recognitions.get(process.key)
    // A shim or a machine may be in its pod's cgroup.
    if (recognition === undefined && mayBeKeeper(node)) continue
    if (recognition !== undefined && !isContainerItself(recognition)) continue
    const place = placeOf(path)
    if (place?.holds === 'overhead') continue
    const container = unkept(index, node, path, place, recognition !== undefined)
    if (container === undefined) continue
    const before = found.get(container.cgroupPath ?? path)
    if (before?.init == null || isRatherInit(node, before.init)) {
      found.set(container.cgroupPath ?? path, container)
    }
  }
  return [...found.values()]
}

/**
 * The first process of a pid namespace; else the oldest of the cgroup: others came by exec, lost their parents, or
 * watch over the container from its cgroup.
 */
function isRatherInit(node: TreeNode, other: TreeNode): boolean {
  if (isNamespaceInit(node) !== isNamespaceInit(other)) return isNamespaceInit(node)
  return node.process.startTicks < other.process.startTicks
}

function isNamespaceInit({ process: { detail } }: TreeNode): boolean {
  const inner = detail === undefined ? null : valueOf(detail.innerPids)
  return inner !== null && inner.length > 1 && inner[inner.length - 1] === 1
}
/** An engine's `init` waits inside of the container; gVisor's kernel is all that shows of it. */
const isContainerItself = (recognition: Recognition): boolean =>
  (recognition.role === 'engine' && recognition.verb === 'init') || isKernel(recognition)

function unkept(
  index: HostIndex,
  node: TreeNode,
  path: string,
  place: CgroupPlace | undefined,
  isEngineInit: boolean,
): ContainerRoot | undefined {
  const id = place?.id ?? baseName(path)
  const mount = index.mountsOf(id).find((candidate) => taskBundle.test(candidate.path))
  const bundle = index.bundlesOf(id).find((candidate) => describes(candidate, node, path, place)) ?? null
  const origin = index.originOf(node)
  const engine = engineOf(index.survivorOf(node), node)
  const isNamedSo = place !== undefined && place.proves !== 'nothing'
  if (!isNamedSo && !mount && !bundle && !engine && !isEngineInit && !isContainerOfContainerd(origin, node))
    return undefined

  const told = (bundle === null ? null : valueOf(bundle.config)) ?? engine?.state ?? null
  const names: Names = told === null ? namesUnknown : namesIn(told)
  const bundlePath = bundle?.path ?? mount?.path ?? null
  const containerdNamespace =
    taskBundle.exec(bundlePath ?? '')?.[1] ??
    engine?.containerdNamespace ??
    (isNamedSo || origin !== undefined ? place?.containerdNamespace : null) ??
    (origin?.sandboxId == null ? null : 'k8s.io')
  return {
    key: '',
    id,
    containerdNamespace,
    manager: managerOf(place, containerdNamespace, origin),
    role: names.role ?? 'container',
    bundle,
    shim: null,
    keeperProof: proofOf(mount, bundle, origin, place, path, node) ?? engine?.proof ?? null,
    init: node,
    state: 'unknown',
    name: names.name,
    image: names.image,
    pod: names.pod ?? (place?.podUid == null ? null : { uid: place.podUid, name: null, namespace: null }),
    cgroupPath: place?.path ?? path,
    freezer: index.freezerOf(node),
    members: [],
    execs: [],
    chain: [],
    within: null,
    grouped: false,
    initIsGone: false,
  }
}

/** Where the shims of a containerd namespace let runc keep its states; containers of bare runc have theirs in /run/runc. */
const shimState = /^\/run\/(?:containerd\/runc|docker\/runtime-runc)\/([^/]+)\//

/** What the engine keeps of this very process: a pid alone may have been used again. */
function engineOf(survivor: Survivor | undefined, { process }: TreeNode) {
  const sample = survivor?.engineState ?? null
  const state = sample === null ? null : valueOf(sample.state)
  if (sample === null || state === null || state.initStartTicks !== process.startTicks) return undefined
  const inner = process.detail === undefined ? null : valueOf(process.detail.innerPids)
  if (state.initPid !== process.pid && inner?.includes(state.initPid) !== true) return undefined
  const containerdNamespace = shimState.exec(sample.path)?.[1] ?? null
  const proof = {
    source: sample.source,
    observed: `runc was called by a shim of containerd namespace ${containerdNamespace}`,
  }
  return { state, containerdNamespace, proof }
}

/** A root that containerd made, in a pid namespace of its own: somebody may also chroot into a snapshot by hand. */
const isContainerOfContainerd = (origin: Origin | undefined, node: TreeNode): boolean =>
  origin?.madeBy === 'containerd' && isNamespaceInit(node)

/** A bundle is this container's when it names its cgroup, or its init, or when its cgroup names it. */
function describes(bundle: BundleSample, node: TreeNode, path: string, place: CgroupPlace | undefined): boolean {
  if (bundle.id === place?.id && storedBundle.test(bundle.path)) return true
  const configured = valueOf(bundle.config)?.cgroupsPath
  if (configured === path) return true
  const inner = node.process.detail === undefined ? null : valueOf(node.process.detail.innerPids)
  const pid = valueOf(bundle.initPid)
  return pid !== null && (node.process.pid === pid || inner?.includes(pid) === true)
}

function managerOf(
  place: CgroupPlace | undefined,
  containerdNamespace: string | null,
  origin: Origin | undefined,
): string {
  if (place?.manager != null) return place.manager
  if (containerdNamespace === 'moby') return 'docker'
  return containerdNamespace === null && origin?.madeBy !== 'containerd' ? 'runc' : 'containerd'
}

function proofOf(
  mount: { readonly path: string; readonly source: string } | undefined,
  bundle: BundleSample | null,
  origin: Origin | undefined,
  place: CgroupPlace | undefined,
  path: string,
  node: TreeNode,
): ContainerBranch['keeperProof'] {
  if (mount !== undefined) return { source: mount.source, observed: `${mount.path}/rootfs is mounted` }
  if (bundle !== null && taskBundle.test(bundle.path))
    return { source: bundle.source, observed: `bundle ${bundle.path} is there` }
  // buildah's containers have files in containers/storage as well, and never a keeper: the cgroup must tell.
  if (origin?.madeBy === 'containerd' || (origin !== undefined && place?.proves === 'keeper'))
    return { source: origin.source, observed: origin.observed }
  if (place?.proves === 'keeper') return { source: `/proc/${node.process.pid}/cgroup`, observed: path }
  return null
}
