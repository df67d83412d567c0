import type { AddressState, ContainerBranch, DaemonBranch, Growing, Tree } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { ProcessKey, ProcessSample } from '../model/process.ts'
import { mountsOf } from '../model/mounts.ts'
import { valueOf } from '../model/reading.ts'
import type { Recognition, Runtime } from '../model/runtime.ts'
import { socketPath } from '../model/path.ts'
import { hasListener, isListening, rowsFor } from './sockets.ts'

/** Sockets that are not for clients: ttrpc for shims' events, and the listeners that containerd holds for v1 shims. */
const internal = /\.ttrpc$|\/s\/[0-9a-f]{64}$|^@/

/** A daemon this young may not have opened its sockets yet, even where others of its sockets are seen. */
export const YOUNG_MS = 5_000

export type DaemonRoot = Growing<DaemonBranch>

export function findDaemons(
  host: HostSample,
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  remembered: ReadonlyMap<ProcessKey, readonly string[]>,
): DaemonRoot[] {
  const daemons: DaemonRoot[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (recognition.role !== 'daemon' || node === undefined || node.process.state === 'Z') continue
    // A child with its parent's command line is a fork on its way to exec, or a re-exec'd helper: not a second daemon.
    const above = node.parent === null ? undefined : recognitions.get(node.parent.process.key)
    if (above?.runtime === recognition.runtime && above.role === 'daemon') continue
    daemons.push({
      node,
      recognition,
      within: null,
      ...listening(host, node.process, recognition, remembered.get(key)),
    })
  }
  return daemons
}

function listening(
  host: HostSample,
  process: ProcessSample,
  recognition: Extract<Recognition, { role: 'daemon' }>,
  remembered: readonly string[] | undefined,
): Pick<DaemonBranch, 'addresses' | 'state'> {
  const declared = recognition.declaredAddresses.map(socketPath)
  const found = rowsFor(host, process)
  const inodes = process.detail === undefined ? null : valueOf(process.detail.socketInodes)
  if (found === undefined) return { addresses: declared, state: 'unknown' }
  if (inodes !== null) {
    const bound = [...found.rows]
      .filter(([path, rows]) => !internal.test(path) && rows.some((row) => row.inode !== null && inodes.has(row.inode)))
      .map(([path]) => socketPath(path))
      .sort()
    return bound.length > 0
      ? { addresses: bound, state: 'listening' }
      : { addresses: remembered ?? declared, state: silence(recognition) }
  }
  const heard = [...(remembered ?? []), ...declared].filter((path) => isListening(found.rows, path))
  return heard.length > 0 ? { addresses: heard, state: 'listening' } : { addresses: declared, state: 'unknown' }
}

/** What it means that a daemon's descriptors are known and none of them listens. */
const silence = ({ runtime }: Recognition): 'starting' | 'unknown' =>
  runtime.expects.mayNotListen === true ? 'unknown' : 'starting'

/** Who looks for its daemon, and from where. */
export interface Seeker {
  readonly process: ProcessSample
  /** The mount namespace that it shares with its daemon, where it has left that for one of its own. */
  readonly mounts: number | null
  readonly runtime: Runtime
  readonly within: ContainerBranch | null
}

/**
 * Where descriptors can't be read, one daemon of the right program beside an address that somebody listens at is the
 * one that does.
 */
export function inferAddresses(
  host: HostSample,
  daemons: readonly DaemonRoot[],
  wanted: readonly (Seeker & { readonly address: string })[],
): void {
  for (const { address, ...seeker } of wanted) {
    const found = rowsFor(host, seeker.process)
    if (found === undefined || !isListening(found.rows, address)) continue
    const able = daemons.filter((daemon) => serves(daemon, seeker.runtime) && sharesMounts(daemon, seeker))
    if (able.some((daemon) => daemon.addresses.includes(address))) continue
    // One in a container serves that container: it neither answers for the node nor makes its own daemon doubtful.
    const unproven = able.filter((daemon) => daemon.state === 'unknown' && isBeside(daemon, seeker))
    const [only] = unproven
    if (unproven.length !== 1 || only === undefined) continue
    only.addresses = [...only.addresses, address]
    only.state = 'listening'
  }
}

/** Who listens at a shim's address, and what is known if nobody does. */
export function daemonAt(
  host: HostSample,
  daemons: readonly DaemonRoot[],
  seeker: Seeker,
  address: string | null,
): { daemon: DaemonRoot | null; state: AddressState } {
  const found = rowsFor(host, seeker.process)
  if (address === null || found === undefined) return { daemon: null, state: 'unknown' }
  const able = daemons.filter((daemon) => serves(daemon, seeker.runtime) && sharesMounts(daemon, seeker))
  const here = able.filter((daemon) => daemon.addresses.includes(address))
  if (hasListener(found.rows, address, (inode) => daemons.some((daemon) => isElsewhere(daemon, seeker, inode)))) {
    // Two daemons with one address in mount namespaces that can't be told apart: either may be the one.
    const beside = here.filter((daemon) => isBeside(daemon, seeker))
    if (beside.length > 1) return { daemon: null, state: 'unknown' }
    return { daemon: beside[0] ?? null, state: 'listening' }
  }
  const starting = able.find((daemon) => mayStillListen(host, daemon, address))
  if (starting !== undefined) return { daemon: starting, state: 'starting' }
  if (able.some((daemon) => daemon.state === 'unknown')) return { daemon: null, state: 'unknown' }
  return { daemon: null, state: host.complete ? 'silent' : 'unknown' }
}

/**
 * Whether a daemon is one of the same node, where nodes are nested: it sees the same file systems or, where that can't
 * be read, is in the same container and as deep in pid namespaces.
 */
function isBeside(daemon: DaemonRoot, { process, mounts, within }: Seeker): boolean {
  const theirs = mountsOf(daemon.node.process)
  if (mounts !== null && theirs !== null) return mounts === theirs
  const [depth, other] = [depthOf(process), depthOf(daemon.node.process)]
  return daemon.within === within && (depth === null || other === null || depth === other)
}

/** A socket of that name that somebody in another mount namespace holds is at another path of that name. */
function isElsewhere(daemon: DaemonRoot, seeker: Pick<Seeker, 'mounts'>, inode: number): boolean {
  const { detail } = daemon.node.process
  return !sharesMounts(daemon, seeker) && detail?.socketInodes.kind === 'known' && detail.socketInodes.value.has(inode)
}

function mayStillListen(host: HostSample, daemon: DaemonRoot, address: string): boolean {
  if (daemon.state === 'starting') return daemon.addresses.length === 0 || daemon.addresses.includes(address)
  if (daemon.addresses.includes(address)) return true
  return daemon.state === 'listening' && host.uptimeMs - daemon.node.process.startTicks * 10 < YOUNG_MS
}

export const serves = (daemon: DaemonRoot, runtime: Runtime): boolean =>
  runtime.expects.daemons.includes(daemon.recognition.runtime.program)

/** Not knowing a mount namespace excludes nothing. */
export function sharesMounts(daemon: DaemonRoot, { mounts }: Pick<Seeker, 'mounts'>): boolean {
  const theirs = mountsOf(daemon.node.process)
  return mounts === null || theirs === null || mounts === theirs
}

const depthOf = ({ detail }: ProcessSample): number | null =>
  detail === undefined ? null : (valueOf(detail.innerPids)?.length ?? null)
