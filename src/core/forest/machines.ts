import type { Growing, MachineBranch, ShimBranch, Tree, TreeNode } from '../model/forest.ts'
import type { ProcessKey } from '../model/process.ts'
import type { MachineRecognition, Recognition, Runtime } from '../model/runtime.ts'
import type { ContainerRoot } from './containers.ts'
import { isForkOfShim, type ShimRoot } from './shims.ts'
import { ancestors } from './walk.ts'

export type MachineRoot = Growing<MachineBranch>

/** Virtual machines, gVisor's kernels, and what serves them; and whose they are. */
export function findMachines(
  tree: Tree,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: readonly ShimRoot[],
): MachineRoot[] {
  const byKey = new Map(shims.map((shim) => [shim.node.process.key, shim]))
  const machines: MachineRoot[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (recognition.role !== 'machine' || node === undefined) continue
    const shim = shimAbove(node, recognitions, byKey) ?? shimOfSameId(recognition, shims) ?? null
    const machine = { node, recognition, shim: shim as ShimBranch | null, within: null }
    machines.push(machine)
    shim?.machines.push(machine)
  }
  return machines
}

/** Its parent, or that of the machine that it is a fork of: virtiofsd and gVisor fork themselves. */
function shimAbove(
  node: TreeNode,
  recognitions: ReadonlyMap<ProcessKey, Recognition>,
  shims: ReadonlyMap<ProcessKey, ShimRoot>,
): ShimRoot | undefined {
  for (const { process } of ancestors(node)) {
    const shim = shims.get(process.key)
    if (shim !== undefined) return shim
    if (recognitions.get(process.key)?.role !== 'machine') return undefined
  }
  return undefined
}

/** Firecracker's ids are cut to this. kata virtcontainers/fc.go, truncateID */
const SHORTEST_ID = 32

/** QEMU made itself a daemon up to kata 3.2, and is then a child of init: kata-containers/kata-containers#1448 */
function shimOfSameId({ id, kind }: MachineRecognition, shims: readonly ShimRoot[]): ShimRoot | undefined {
  if (id === null || kind === 'kernel') return undefined
  return shims.find(
    (shim) =>
      ownsVm(shim) && shim.id !== null && (shim.id === id || (id.length >= SHORTEST_ID && shim.id.startsWith(id))),
  )
}

/** gVisor's kernel: all that shows of its containers. */
export const isKernel = (
  recognition: Recognition | undefined,
): recognition is MachineRecognition & { readonly runtime: Runtime } =>
  recognition?.role === 'machine' && recognition.kind === 'kernel' && recognition.part === 'guest'

export const ownsVm = ({ recognition }: Pick<ShimBranch, 'recognition'>): boolean =>
  recognition.runtime.expects.owns === 'vm' || recognition.runtime.expects.owns === 'vm-inside'

/** Where the first process of a shim's containers may be. */
export interface Guests {
  /** Children of the shim and of its forks: runwasi's zygotes start containers for it. */
  readonly nodes: readonly TreeNode[]
  readonly kernels: readonly { readonly node: TreeNode; readonly id: string | null }[]
  readonly byPid: ReadonlyMap<number, TreeNode>
}

export type GuestsOf = (shim: ShimRoot) => Guests

export function guestsIn(tree: Tree, recognitions: ReadonlyMap<ProcessKey, Recognition>): GuestsOf {
  // In a pod of gVisor, one shim started the kernel and the others have their containers run in it.
  const kernels: { readonly node: TreeNode; readonly id: string | null }[] = []
  for (const [key, recognition] of recognitions) {
    const node = tree.nodes.get(key)
    if (isKernel(recognition) && node !== undefined) kernels.push({ node, id: recognition.id })
  }
  const isOther = ({ process }: TreeNode): boolean => {
    const recognition = recognitions.get(process.key)
    return recognition?.role === 'machine' && !isKernel(recognition)
  }
  return ({ node, recognition }) => ({
    nodes: node.children
      .flatMap((child) => (isForkOfShim(child, recognitions) ? [child, ...child.children] : [child]))
      .filter((child) => !isOther(child)),
    kernels: recognition.runtime.expects.owns === 'kernel' ? kernels : [],
    byPid: tree.byPid,
  })
}

/** A kernel and its gofers by the container that their command lines name, wherever they stand in the tree. */
export function inKernels(
  machines: readonly MachineRoot[],
  containers: readonly ContainerRoot[],
): ReadonlyMap<ProcessKey, ContainerRoot> {
  const places = new Map<ProcessKey, ContainerRoot>()
  for (const { node, recognition, shim } of machines) {
    if (recognition.kind !== 'kernel' || shim === null || recognition.id === null) continue
    const container = containers.find(
      (candidate) => candidate.id === recognition.id && candidate.shim === (shim as unknown),
    )
    if (container !== undefined) places.set(node.process.key, container)
  }
  return places
}

/** Kernels whose container is created and not started. */
export const kernelsWaiting = (machines: readonly MachineRoot[]): TreeNode[] =>
  machines.flatMap(({ node, recognition }) =>
    recognition.untilStart === true && node.parent !== null && node.process.state !== 'Z' ? [node.parent] : [],
  )
