import type { BundleSample, HostSample } from '../model/host.ts'
import type {
  ContainerBranch,
  EngineBranch,
  Growing,
  MachineBranch,
  ShimBranch,
  Tree,
  TreeNode,
} from '../model/forest.ts'
import { mountsAround, mountsOf } from '../model/mounts.ts'
import type { ProcessKey } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Recognition } from '../model/runtime.ts'
import { socketPath } from '../model/path.ts'
import type { HostIndex } from './host-index.ts'
import { socketUse } from './sockets.ts'

export type ShimRoot = Omit<Growing<ShimBranch>, 'containers' | 'engines' | 'machines'> & {
  containers: ContainerBranch[]
  engines: EngineBranch[]
  machines: MachineBranch[]
  /** The mount namespace in which its daemon and its neighbours know its files. */
  readonly mounts: number | null
}

/** Living shims, with what their own files say; who keeps what is decided later. */
export function findShims(
  host: HostSample,
  index: HostIndex,
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  excluded: ReadonlySet<ProcessKey>,
): ShimRoot[] {
  const shims: ShimRoot[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (recognition.role !== 'shim' || node === undefined || excluded.has(key)) continue
    if (node.process.state === 'Z' || isForkOfShim(node, recognitions)) continue
    const bundlePath = bundlePathOf(node, recognition)
    const bundle = index.bundlesThrough(key).find(({ path }) => path === bundlePath)
    const address = recognition.address === null ? null : socketPath(recognition.address)
    const told = bundle === undefined ? null : valueOf(bundle.address)
    shims.push({
      node,
      recognition,
      id: recognition.id,
      containerdNamespace: recognition.containerdNamespace,
      address,
      bundlePath,
      bundleDeleted: bundleDeleted(node, recognition, bundle),
      use: socketUse(
        host,
        node.process,
        told === null ? recognition.sockets : first(socketPath(told), recognition.sockets),
      ),
      daemon: null,
      addressState: 'unknown',
      parentage: 'other',
      engines: [],
      containers: [],
      machines: [],
      mounts:
        recognition.runtime.expects.mounts === 'own'
          ? mountsAround(node.process, node.parent?.process)
          : mountsOf(node.process),
      relation: 'empty',
      supervision: 'unknown',
      orphanedBy: null,
      within: null,
    })
  }
  return shims.filter((shim) => !mayBeSession(shim, shims))
}

/**
 * containerd 0.2 gives each exec session a shim with the same command line; only where it works tells them apart. Where
 * that can't be read, the oldest is the container's.
 */
function mayBeSession({ node, recognition, id }: ShimRoot, shims: readonly ShimRoot[]): boolean {
  if (recognition.runtime.expects.tracking !== 'parent' || node.process.detail?.cwd.kind === 'known') return false
  return shims.some(
    (other) =>
      other.recognition.runtime === recognition.runtime &&
      other.id === id &&
      other.node.parent === node.parent &&
      isOlder(other.node, node),
  )
}

const isOlder = ({ process: one }: TreeNode, { process: other }: TreeNode): boolean =>
  one.startTicks < other.startTicks || (one.startTicks === other.startTicks && one.pid < other.pid)

function* first<T>(item: T, others: Iterable<T>): Iterable<T> {
  yield item
  yield* others
}

/** A shim's child that still has its command line: a fork that has not exec'd yet, or the zygote of runwasi. */
export const isForkOfShim = (node: TreeNode, recognitions: ReadonlyMap<ProcessKey, Recognition>): boolean =>
  node.parent !== null && isSameShim(recognitions.get(node.parent.process.key), recognitions.get(node.process.key))

export const isSameShim = (above: Recognition | undefined, below: Recognition | undefined): boolean =>
  above?.role === 'shim' &&
  below?.role === 'shim' &&
  above.runtime === below.runtime &&
  above.containerdNamespace === below.containerdNamespace &&
  // Without -id, the id comes from a working directory that is not read of every process.
  (above.id === below.id || above.id === null || below.id === null)

function bundlePathOf(node: TreeNode, recognition: Recognition): string | null {
  if (recognition.role === 'shim' && recognition.bundle !== null) return recognition.bundle
  if (recognition.runtime.expects.bundle !== 'cwd') return null
  return node.process.detail === undefined ? null : (valueOf(node.process.detail.cwd)?.path ?? null)
}

function bundleDeleted(node: TreeNode, recognition: Recognition, bundle: BundleSample | undefined): boolean | null {
  if (recognition.runtime.expects.bundle === 'cwd') {
    return node.process.detail === undefined ? null : (valueOf(node.process.detail.cwd)?.deleted ?? null)
  }
  if (bundle === undefined || bundle.facts.kind === 'denied') return null
  return bundle.facts.kind === 'gone'
}

/** Whether the shim is a child of its daemon, of the init of its innermost pid namespace, or of somebody else. */
export function parentageOf(
  shim: ShimRoot,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
): ShimBranch['parentage'] {
  const { parent, process } = shim.node
  if (parent === null) return 'other'
  const above = recognitions.get(parent.process.key)
  if (above?.role === 'daemon' && shim.recognition.runtime.expects.daemons.includes(above.runtime.program))
    return 'daemon'
  if (process.ppid === 1) return 'init'
  const inner = parent.process.detail === undefined ? null : valueOf(parent.process.detail.innerPids)
  return inner !== null && inner.length > 1 && inner[inner.length - 1] === 1 ? 'init' : 'other'
}
