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
  for (const { init, execs, attendant } of forest.containers) {
    for (const node of [init, attendant?.node, ...execs]) if (node != null) keeping.add(node.process.pid)
  }
  const { processes, bundles } = forest.host
  // Whether anybody has that pid says whether the container's first process is gone; and who has it may be a stranger.
  for (const { initPid } of bundles) {
    const written = valueOf(initPid)
    if (written !== null) keeping.add(written)
  }
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
  const isIdle = goesOnIdly(forest, changes, places)
  replant(forest, changes, places)
  now.processes = processes
  // Whoever was asked about the tree is asked again.
  return { ...forest, host, tree: isIdle ? forest.tree : { ...forest.tree } }
}

/**
 * Whether who found nothing in the forest finds nothing in it still: those that came, went and turned do so in good
 * health, and where their parents are, which keep nothing.
 */
function goesOnIdly(
  { tree, containerOf, recognitions, host }: Forest,
  { gone, came, turned }: Bystanders,
  places: ReadonlyMap<ProcessSample, ContainerBranch | undefined>,
): boolean {
  if (host.staleRootfs.length > 0) return false
  const isAtHome = (process: ProcessSample): boolean => {
    const parent = tree.nodes.get(process.key)?.parent
    if (parent == null || !isWell(process) || recognitions.has(parent.process.key)) return false
    return containerOf.get(process.key) === containerOf.get(parent.process.key)
  }
  if (!gone.every(isAtHome) || !turned.every(isAtHome)) return false
  const placeOf = new Map<number, ContainerBranch | undefined>()
  // Parents come first.
  return came.every((process) => {
    const { pid, ppid, key } = process
    const place = places.get(process)
    placeOf.set(pid, place)
    const parent = tree.byPid.get(ppid)
    const above = placeOf.has(ppid) || parent === undefined ? placeOf.get(ppid) : containerOf.get(parent.process.key)
    return isWell(process) && place === above && (!tree.nodes.has(key) || containerOf.get(key) === place)
  })
}

const isWell = ({ state }: ProcessSample): boolean => state === 'S' || state === 'R' || state === 'I' || state === 'T'

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
