import type { BundleSample, FreezerSample, HostSample, UnixTable } from './host.ts'
import type { ProcessKey, ProcessSample } from './process.ts'
import type { Recognition } from './runtime.ts'
import type { ContainerState, Parentage, Pod, Relation, Supervision } from './snapshot.ts'

/** A process in the kernel's tree. */
export interface TreeNode {
  readonly process: ProcessSample
  /** `null` at the top, or when the parent was not seen. */
  parent: TreeNode | null
  readonly children: TreeNode[]
}

/** The kernel's parentage and nothing else. */
export interface Tree {
  readonly nodes: ReadonlyMap<ProcessKey, TreeNode>
  readonly byPid: ReadonlyMap<number, TreeNode>
  readonly roots: readonly TreeNode[]
}

export interface DaemonBranch {
  readonly node: TreeNode
  readonly recognition: Extract<Recognition, { role: 'daemon' }> & Recognition
  addresses: readonly string[]
  state: 'listening' | 'starting' | 'unknown'
  within: ContainerBranch | null
}

export interface ShimBranch {
  readonly node: TreeNode
  readonly recognition: Extract<Recognition, { role: 'shim' }> & Recognition
  readonly id: string | null
  readonly containerdNamespace: string | null
  readonly address: string | null
  readonly bundlePath: string | null
  readonly bundleDeleted: boolean | null
  readonly socket: string | null
  /** The table that its socket's rows were found in. */
  readonly unixTable: UnixTable | null
  readonly connections: number | null
  readonly unaccepted: number | null
  daemon: DaemonBranch | null
  /** What is known about who listens at its daemon's address. */
  addressState: AddressState
  parentage: Parentage
  relation: Relation
  supervision: Supervision
  readonly containers: ContainerBranch[]
  /** Engines at work under it. */
  readonly engines: EngineBranch[]
  within: ContainerBranch | null
}

/** `listening`: somebody accepts there. `starting`: its daemon lives but does not listen yet. `silent`: proven that nobody is there. */
export type AddressState = 'listening' | 'starting' | 'silent' | 'unknown'

export interface EngineBranch {
  readonly node: TreeNode
  readonly recognition: Extract<Recognition, { role: 'engine' }> & Recognition
  shim: ShimBranch | null
  container: ContainerBranch | null
}

/** How we know who keeps a container, or that somebody did. */
export type Kept =
  | { readonly by: 'shim'; readonly shim: ShimBranch }
  | { readonly by: 'none'; readonly proof: { readonly source: string; readonly observed: string } | null }

export interface ContainerBranch {
  readonly key: string
  readonly id: string
  readonly containerdNamespace: string | null
  readonly manager: string
  readonly role: 'sandbox' | 'container'
  readonly bundle: BundleSample | null
  kept: Kept
  /** The container's first process, zombie or not; `null` when it has none. */
  init: TreeNode | null
  state: ContainerState
  readonly name: string | null
  readonly image: string | null
  readonly pod: Pod | null
  readonly cgroupPath: string | null
  freezer: FreezerSample | null
  /** Every process in it, the exec sessions' included. */
  readonly members: TreeNode[]
  readonly execs: TreeNode[]
  chain: readonly string[]
  within: ContainerBranch | null
}

/** The node as we understand it: who keeps what, and how we know. */
export interface Forest {
  readonly host: HostSample
  readonly tree: Tree
  readonly recognitions: ReadonlyMap<ProcessKey, Recognition>
  readonly daemons: readonly DaemonBranch[]
  readonly shims: readonly ShimBranch[]
  readonly containers: readonly ContainerBranch[]
  readonly engines: readonly EngineBranch[]
  /** Every process that belongs to a container. */
  readonly containerOf: ReadonlyMap<ProcessKey, ContainerBranch>
  readonly shimOf: ReadonlyMap<ProcessKey, ShimBranch>
}
