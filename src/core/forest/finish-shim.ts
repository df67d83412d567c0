import type { ContainerBranch, DaemonBranch, Tree } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { ProcessKey } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { ContainerRoot } from './containers.ts'
import { type DaemonRoot, daemonAt, type Seeker, serves, sharesMounts } from './daemons.ts'
import type { Doubt } from './doubt.ts'
import { outerOfShim } from './impostors.ts'
import { holdOn, relationOf } from './relation.ts'
import { parentageOf, type ShimRoot } from './shims.ts'

/** What is known of a shim once daemons and containers are: whose it is, what it keeps, and whether it is held. */
export function finishShim(
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
  Object.assign(shim, holdOn(host, tree, shim))
}

export const seekerOf = ({ node, mounts, recognition }: ShimRoot, within: ContainerBranch | null): Seeker => ({
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
