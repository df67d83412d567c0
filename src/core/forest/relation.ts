import type { ShimBranch, Tree, TreeNode } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import { mountsOf } from '../model/mounts.ts'
import { type ContainerRoot, clientOf } from './containers.ts'
import { ownsVm } from './machines.ts'
import type { ShimRoot } from './shims.ts'

/** A shim that has just been started creates its container at once; containerd gives it seconds. */
export const STARTING_MS = 10_000

export const isLive = (container: ContainerRoot): boolean =>
  container.state === 'creating' ||
  container.state === 'created' ||
  container.state === 'running' ||
  container.state === 'paused' ||
  container.members.some((node) => node.process.state !== 'Z')

export function relationOf(
  host: HostSample,
  shim: ShimRoot,
  containers: readonly ContainerRoot[],
): ShimBranch['relation'] {
  if (ownsVm(shim)) return 'vm'
  const live = containers.filter(isLive)
  const creating = live.every((container) => container.state === 'creating')
  if (live.length === 0 || creating) {
    if (creating && live.length > 0) return 'starting'
    const unclear = shim.node.children.filter(mayBeContainer).length
    if (unclear > 0) return unclear > 1 ? 'pod' : clientOf(shim)?.sandboxes === true ? 'sandbox-only' : 'one-to-one'
    const young = host.uptimeMs - shim.node.process.startTicks * 10 < STARTING_MS
    const unborn = containers.every((container) => container.bundle?.initPid.kind !== 'known')
    return (young && unborn && shim.bundleDeleted !== true) || shim.engines.some(isCreation) ? 'starting' : 'empty'
  }
  const apps = live.filter((container) => container.role === 'container')
  if (apps.length === 0) return 'sandbox-only'
  const isPod =
    live.length > apps.length || containers.some((container) => container.grouped || container.role === 'sandbox')
  return isPod || live.length > 1 ? 'pod' : 'one-to-one'
}

/** Nothing that tells a container from a helper of the shim may be read: then a child is what most children are. */
const mayBeContainer = ({ process: { state, cgroup, detail } }: TreeNode): boolean =>
  state !== 'Z' && cgroup.kind === 'denied' && detail?.innerPids.kind === 'denied'

const isCreation = (engine: ShimBranch['engines'][number]): boolean => engine.recognition.verb === 'create'

type Hold = Pick<ShimBranch, 'supervision' | 'orphanedBy'>
const managed: Hold = { supervision: 'managed', orphanedBy: null }
const unproven: Hold = { supervision: 'unknown', orphanedBy: null }
const orphaned = (orphanedBy: NonNullable<Hold['orphanedBy']>): Hold => ({ supervision: 'orphaned', orphanedBy })

/** Judged at once, without grace; *orphaned* is proven, *unknown* is anything that is not proven either way. */
export function holdOn(host: HostSample, tree: Tree, shim: ShimRoot): Hold {
  switch (shim.recognition.runtime.expects.tracking) {
    case 'none':
      return managed
    case 'parent':
      return shim.parentage === 'daemon' ? managed : unproven
    case 'connection':
      return isBelieved(tree, shim) ? holdByConnection(host, shim) : unproven
  }
}

/**
 * Anybody may call himself a shim. Who listens as one, or keeps something, is one; who does neither is judged only where
 * he sees the node's own file systems, and is in no container.
 */
function isBelieved(tree: Tree, { mounts, within, use, containers }: ShimRoot): boolean {
  if (use.path !== null || containers.some((container) => container.init !== null)) return true
  const first = tree.byPid.get(1)
  return within === null && mounts !== null && first !== undefined && mounts === mountsOf(first.process)
}

function holdByConnection(host: HostSample, shim: ShimRoot): Hold {
  const { use, bundleDeleted, addressState, parentage, daemon, relation } = shim
  const { connections } = use
  // The bundle of a pod's shim goes with its sandbox, while the daemon still tracks the other containers; that there
  // are none is known only where none can be hidden.
  const mayBePod = relation !== 'vm' && (relation !== 'empty' || !host.complete)
  const mayHoldOthers = connections === null ? clientOf(shim)?.sandboxes === true && mayBePod : connections > 0
  if (bundleDeleted === true && !mayHoldOthers) return orphaned('bundle-deleted')
  if (addressState === 'silent') return orphaned('no-daemon')
  if (addressState !== 'listening') return unproven
  if (connections === null) return parentage === 'daemon' ? managed : unproven
  if (connections > 0) return managed
  // Somebody we do not know listens there, or the daemon is about to connect.
  return daemon === null || relation === 'starting' ? unproven : orphaned('no-connection')
}
