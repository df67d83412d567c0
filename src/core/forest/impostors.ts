import type { HostSample } from '../model/host.ts'
import type { ProcessKey } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import { cgroupOf, type ContainerRoot, isContainerRoot, type PlaceOf } from './containers.ts'
import type { DaemonRoot } from './daemons.ts'
import type { ShimRoot } from './shims.ts'

/**
 * What runs in a container and bears the name of a shim is one where it does what every shim does: listen from its
 * first moment on at the socket that its command line implies, and keep a container; where a daemon of shims runs
 * beside it, one of the two is enough.
 */
export function isImpostor(
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

/**
 * Where processes are hidden, and the parent of a shim is, nothing tells that a container which it is in by its cgroup is
 * not its own: whoever runs in there may call himself a shim, and seem to keep those beside him.
 */
export const isUnprovable = (
  { complete }: Pick<HostSample, 'complete'>,
  { node }: Pick<ShimRoot, 'node'>,
  placeOf: PlaceOf,
): boolean => {
  if (complete || node.parent !== null || node.process.ppid === 0) return false
  const cgroup = cgroupOf(node)
  return cgroup !== null && placeOf(cgroup) !== undefined
}

/** The container that a shim runs in; its own is none. */
export function outerOfShim(
  shim: ShimRoot,
  containerOf: ReadonlyMap<ProcessKey, ContainerRoot>,
): ContainerRoot | undefined {
  const within = containerOf.get(shim.node.process.key)
  return within?.shim === shim ? undefined : within
}

/**
 * In a container anybody may take the name; there only who listens, or did, or is the parent of shims, living or dead, is
 * a daemon, as far as that can be read.
 */
export function isDaemon(
  { node, within, state }: DaemonRoot,
  addresses: ReadonlyMap<ProcessKey, readonly string[]>,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
): boolean {
  if (within === null || state === 'listening' || addresses.has(node.process.key)) return true
  if (node.process.detail?.socketInodes.kind !== 'known') return true
  const roles = node.children.map((child) => recognitions.get(child.process.key)?.role)
  return roles.includes('shim') || roles.includes('remains')
}
