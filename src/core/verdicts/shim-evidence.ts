import { isEnding } from '../model/process.ts'
import type { ContainerBranch, ShimBranch } from '../model/forest.ts'
import type { Evidence, Subject } from '../model/snapshot.ts'

/** The facts about shims that several verdicts show, in the same sentences everywhere. */

export const shimSubject = (shim: ShimBranch): Subject => ({
  kind: 'shim',
  key: shim.node.process.key,
  pid: shim.node.process.pid,
  ...(shim.id === null ? {} : { id: shim.id }),
})

export function bundleEvidence(shim: ShimBranch): Evidence[] {
  if (shim.bundlePath === null || shim.bundleDeleted === null) return []
  const observed = shim.bundleDeleted ? `${shim.bundlePath} (deleted)` : shim.bundlePath
  return [{ source: `readlink /proc/${shim.node.process.pid}/cwd`, observed }]
}

export function connectionEvidence({ use }: ShimBranch): Evidence[] {
  if (use.source === null || use.path === null || use.connections === null) return []
  return [
    {
      source: `grep ${use.path} ${use.source}`,
      observed: `a listener, ${rows(use.connections, 'accepted connection')}`,
    },
  ]
}

export function childrenEvidence(shim: ShimBranch): Evidence {
  const { pid } = shim.node.process
  const children = shim.node.children.filter((child) => child.process.state !== 'Z').length
  return { source: `ps --ppid ${pid}`, observed: rows(children, 'process', 'processes') }
}

export const hasChildren = (shim: ShimBranch): boolean =>
  shim.node.children.some((child) => child.process.state !== 'Z')

export const isRunning = (container: ContainerBranch): boolean =>
  container.members.some((node) => node.process.state !== 'Z')

export const runningIn = (shim: ShimBranch): readonly ContainerBranch[] => shim.containers.filter(isRunning)

/** Its containers run where /proc does not show them, in a virtual machine that does show. */
export const runsVm = ({ machines }: ShimBranch): boolean =>
  machines.some(
    ({ recognition, node }) => recognition.kind === 'vm' && recognition.part === 'guest' && !isEnding(node.process),
  )

/** `3 containers`, `1 container`, `no container`. */
export const rows = (count: number, one: string, many = `${one}s`): string =>
  count === 0 ? `no ${one}` : `${count} ${count === 1 ? one : many}`

/** The words that people know a container by: pod and name, else its id. */
export function calledAs(container: Pick<ContainerBranch, 'id' | 'name' | 'pod'>): string {
  const { pod, name, id } = container
  if (pod?.name == null) return `container ${shortId(id)}`
  const where = pod.namespace === null ? pod.name : `${pod.namespace}/${pod.name}`
  return name === null ? `the sandbox of pod ${where}` : `container ${name} of pod ${where}`
}

/** Ids of 64 hex digits are known by their first twelve; others are names. */
export const shortId = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id)

export const calledShim = (shim: ShimBranch): string =>
  `${shim.recognition.runtime.program} ${shim.node.process.pid}${shim.id === null ? '' : ` (${shortId(shim.id)})`}`

/** How long ago the bundle was deleted, in ms: its directory changed last when it lost its name. */
export function deletedForMs(shim: ShimBranch, takenAtMs: number): number | null {
  const facts = shim.node.process.detail?.cwdFacts
  if (shim.bundleDeleted !== true || facts?.kind !== 'known') return null
  return Math.max(0, takenAtMs - facts.value.changedMs)
}

/**
 * A shim that ends as it should deletes nothing itself: containerd deletes its bundle and gives it 3 s to exit and 5 s
 * to be cleaned up. Within that time a deleted bundle is the ordinary end of a shim. core/runtime/v2/shim.go
 */
export const SETTLE_MS = 8_000
