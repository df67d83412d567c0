import type { Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Recognition } from '../model/runtime.ts'
import { type ContainerRoot, cgroupOf } from './containers.ts'

export interface Members {
  readonly containerOf: ReadonlyMap<ProcessKey, ContainerRoot>
  /** The container whose cgroup is this one or the closest above it. */
  readonly containerAt: (cgroupPath: string) => ContainerRoot | undefined
}

/**
 * Which container each process is in: the one of its cgroup, the innermost where they are nested; where the cgroup says
 * nothing (a zombie's on v1, a denied one), the one that its parent is in.
 */
export function assignMembers(
  tree: Tree,
  containers: readonly ContainerRoot[],
  placed: ReadonlyMap<ProcessKey, ContainerRoot>,
  isKeeper: (key: ProcessKey) => boolean,
): Members {
  const byCgroup = new Map<string, ContainerRoot | undefined>()
  const byInit = new Map<ProcessKey, ContainerRoot>()
  for (const container of containers) {
    const { cgroupPath: path, init } = container
    // Two containers in one cgroup: it does not tell which of them a process is in, their inits do.
    if (path !== null && init !== null) byCgroup.set(path, byCgroup.has(path) ? undefined : container)
    if (container.init !== null) byInit.set(container.init.process.key, container)
  }
  // The kernel of a gVisor pod is the init of each of its containers, and in one of them.
  for (const [key, container] of placed) byInit.set(key, container)
  const containerOf = new Map<ProcessKey, ContainerRoot>()
  const containerAt = (path: string) => nearest(byCgroup, path)
  if (byInit.size === 0) return { containerOf, containerAt }
  const byPath = new Map<string, ContainerRoot | undefined>()
  const containerAtOnce = (path: string) => {
    if (!byPath.has(path)) byPath.set(path, containerAt(path))
    return byPath.get(path)
  }

  // Two stacks side by side, without an object for each of ten thousand processes.
  const waiting = [...tree.roots]
  const aboves: (ContainerRoot | undefined)[] = waiting.map(() => undefined)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const above = aboves.pop()
    const { key } = node.process
    const inherited = node.parent !== null && isKeeper(node.parent.process.key) ? undefined : above
    const path = cgroupOf(node)
    const container = byInit.get(key) ?? (path === null ? undefined : containerAtOnce(path)) ?? inherited
    if (container !== undefined) {
      containerOf.set(key, container)
      container.members.push(node)
    }
    // A shim inside an outer container (kind) is in that container, but what it keeps is not.
    for (const child of node.children) {
      waiting.push(child)
      aboves.push(container)
    }
  }
  for (const container of containers) container.members.sort((a, b) => a.process.pid - b.process.pid)
  return { containerOf, containerAt }
}

/** The container whose cgroup is this one or the closest above it. */
function nearest(byCgroup: ReadonlyMap<string, ContainerRoot | undefined>, path: string): ContainerRoot | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const found = byCgroup.get(path.slice(0, end))
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Those in a container who are children of its shim without being its init, or of what keeps a session: what `exec`
 * started.
 */
export function execsOf(container: ContainerRoot, recognitions: ReadonlyMap<ProcessKey, Recognition>): TreeNode[] {
  const { shim, init } = container
  if (shim === null) return []
  const isWritten = writtenAsSession(container)
  return container.members.filter((node) => {
    if (node === init || node.parent === null || node.process.state === 'Z') return false
    // gVisor's gofer serves the container; a session whose program runs in its kernel has but its own end here.
    if (recognitions.get(node.process.key)?.role === 'machine' && !isWritten(node)) return false
    if (node.parent === shim.node) return isSession(container, node)
    const above = recognitions.get(node.parent.process.key)
    return above?.role === 'engine' && above.verb === 'exec-session' && above.id === container.id
  })
}

/** Whether a session's pid file names it. */
function writtenAsSession({ bundle }: ContainerRoot): (node: TreeNode) => boolean {
  const written = new Set(bundle?.execPids.values())
  return ({ process }) => {
    const pids = process.detail === undefined ? null : valueOf(process.detail.innerPids)
    return written.size > 0 && pids?.some((pid) => written.has(pid)) === true
  }
}

/**
 * In a pid namespace of its own, a container's orphans go to its init, so that any other child of the shim came by exec.
 * In the host's, they go to the shim: only a pid file tells them from sessions, or being the leader of a session.
 */
function isSession(container: ContainerRoot, node: TreeNode): boolean {
  const shared = container.bundle?.config.kind === 'known' && !container.bundle.config.value.ownPidNamespace
  return !shared || node.process.session === node.process.pid
}
