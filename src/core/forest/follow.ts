import type { ContainerBranch, Forest, TreeNode } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { Followed } from '../model/memory.ts'
import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import { type Bystanders, bystandersIn, hingesIn, type Tells } from './bystanders.ts'
import { cgroupOf } from './containers.ts'
import { childless } from './grow.ts'

/** @param forest as it was grown just now. */
export function followed(forest: Forest, { recognizeOne, resembles }: Tells): Followed {
  const keeping = new Set<number>()
  for (const { node } of [...forest.daemons, ...forest.shims, ...forest.engines, ...forest.machines])
    keeping.add(node.process.pid)
  for (const { init, execs, attendant, bundle } of forest.containers) {
    for (const node of [init, attendant?.node, ...execs]) if (node != null) keeping.add(node.process.pid)
    // Whether anybody has that pid says whether the container's first process is gone.
    const written = bundle === null ? null : valueOf(bundle.initPid)
    if (written !== null) keeping.add(written)
  }
  const { processes } = forest.host
  const hinges = hingesIn(
    processes,
    (process) =>
      process.detail !== undefined ||
      keeping.has(process.pid) ||
      resembles(process) !== undefined ||
      recognizeOne(process) !== undefined,
  )
  return { processes, hinges: new Set([...hinges, ...keeping]) }
}

/**
 * The forest that would be grown of a sample in which everything but the processes is as it was.
 *
 * @returns `undefined` when it is to be grown anew.
 */
export function follow(forest: Forest, now: Followed, host: HostSample, tells: Tells): Forest | undefined {
  const { processes } = host
  if (now.processes === processes)
    return forest.host.processes === processes ? { ...forest, host } : { ...forest, host, tree: { ...forest.tree } }
  const changes = bystandersIn(now, processes, tells)
  if (changes === undefined) return undefined
  const places = placesOf(forest, changes)
  if (places === undefined) return undefined
  replant(forest, changes, places)
  now.processes = processes
  // Whoever was asked about the tree is asked again.
  return { ...forest, host, tree: { ...forest.tree } }
}

/** The container that each is in, or none, as it would be found anew. */
function placesOf(
  { tree, containerOf, containerAt }: Forest,
  { gone, came, turned }: Bystanders,
): ReadonlyMap<ProcessSample, ContainerBranch | undefined> | undefined {
  const places = new Map<ProcessSample, ContainerBranch | undefined>()
  const byPid = new Map<number, ContainerBranch | undefined>()
  const moved = new Map<ContainerBranch, number>()
  const count = (container: ContainerBranch | undefined, by: number) => {
    if (container !== undefined) moved.set(container, (moved.get(container) ?? 0) + by)
  }
  for (const process of came) {
    const { ppid, key } = process
    const parent = tree.byPid.get(ppid)
    if (!byPid.has(ppid) && parent === undefined) return undefined
    const above = byPid.has(ppid) ? byPid.get(ppid) : containerOf.get((parent as TreeNode).process.key)
    const path = cgroupOf({ process })
    const container = (path === null ? undefined : containerAt(path)) ?? above
    // What is below it may be where it is only for its sake.
    const before = tree.nodes.get(key)
    if (before !== undefined && before.children.length > 0 && containerOf.get(key) !== container) return undefined
    places.set(process, container)
    byPid.set(process.pid, container)
    count(container, 1)
  }
  for (const { key } of [...gone, ...turned]) count(containerOf.get(key), -1)
  // A container in which nobody lives is another one to all who look at it.
  for (const [{ members }, by] of moved) {
    const living = members.filter(({ process }) => process.state !== 'Z').length
    if (living === 0 || living + by === 0) return undefined
  }
  return places
}

/** What nobody else may write to: whoever holds the forest sees the tree as it is by now. */
type Open<T> = { -readonly [K in keyof T]: T[K] }
type OpenNode = Open<Omit<TreeNode, 'parent' | 'children'>> & { parent: TreeNode | null; children: TreeNode[] }

function replant(
  { tree, containerOf }: Forest,
  { gone, came, turned }: Bystanders,
  places: ReadonlyMap<ProcessSample, ContainerBranch | undefined>,
): void {
  const nodes = tree.nodes as Map<ProcessSample['key'], TreeNode>
  const byPid = tree.byPid as Map<number, TreeNode>
  const containers = containerOf as Map<ProcessSample['key'], ContainerBranch>
  const leave = (node: TreeNode) => {
    const container = containers.get(node.process.key)
    if (container !== undefined) remove(container.members as TreeNode[], node)
    remove((node.parent?.children ?? tree.roots) as TreeNode[], node)
    containers.delete(node.process.key)
  }
  for (const { key, pid } of gone) {
    const node = nodes.get(key) as TreeNode
    leave(node)
    nodes.delete(key)
    byPid.delete(pid)
  }
  for (const { key } of turned) leave(nodes.get(key) as TreeNode)
  for (const process of came) {
    const parent = byPid.get(process.ppid) as OpenNode
    const node = (nodes.get(process.key) as OpenNode | undefined) ?? { process, parent, children: childless }
    node.process = process
    node.parent = parent
    nodes.set(process.key, node)
    byPid.set(process.pid, node)
    if (parent.children === childless) parent.children = [node]
    else insert(parent.children, node)
    const container = places.get(process)
    if (container === undefined) continue
    containers.set(process.key, container)
    insert(container.members as TreeNode[], node)
  }
}

function remove(nodes: TreeNode[], node: TreeNode): void {
  nodes.splice(nodes.indexOf(node), 1)
}

/** By pid; whoever is new mostly comes last. */
function insert(nodes: TreeNode[], node: TreeNode): void {
  let at = nodes.length
  while (at > 0 && (nodes[at - 1] as TreeNode).process.pid > node.process.pid) at -= 1
  nodes.splice(at, 0, node)
}
