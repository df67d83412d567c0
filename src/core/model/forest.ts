import type { BundleSample, EmptyCgroup, FreezerSample, HostSample } from './host.ts'
import type { ProcessKey, ProcessSample } from './process.ts'
import type {
  DaemonRecognition,
  EngineRecognition,
  MachineRecognition,
  Recognition,
  Runtime,
  ShimRecognition,
} from './runtime.ts'
import type { ContainerState, Parentage, Pod, Relation, Supervision } from './snapshot.ts'

/** A process in the kernel's tree. */
export interface TreeNode {
  readonly process: ProcessSample
  /** `null` at the top, or when the parent was not seen. */
  readonly parent: TreeNode | null
  readonly children: readonly TreeNode[]
}

/** The kernel's parentage and nothing else. */
export interface Tree {
  readonly nodes: ReadonlyMap<ProcessKey, TreeNode>
  readonly byPid: ReadonlyMap<number, TreeNode>
  readonly roots: readonly TreeNode[]
}

export interface DaemonBranch {
  readonly node: TreeNode
  readonly recognition: DaemonRecognition & { readonly runtime: Runtime }
  /** Socket paths, without a scheme; those where it listens, as far as that could be proven. */
  readonly addresses: readonly string[]
  readonly state: 'listening' | 'starting' | 'unknown'
  readonly within: ContainerBranch | null
}

/** `listening`: somebody accepts there. `starting`: its daemon lives but does not listen yet. `silent`: proven that nobody is there. */
export type AddressState = 'listening' | 'starting' | 'silent' | 'unknown'

/** What `/proc/net/unix` shows of a shim's own socket. */
export interface SocketUse {
  /** Its path, when a listener was found there. */
  readonly path: string | null
  /** Accepted, with a living peer: one for each task that the daemon tracks. */
  readonly connections: number | null
  /** Not accepted yet, or never. */
  readonly unaccepted: number | null
  /** The table that was read, for evidence. */
  readonly source: string | null
}

export interface ShimBranch {
  readonly node: TreeNode
  readonly recognition: ShimRecognition & { readonly runtime: Runtime }
  readonly id: string | null
  readonly containerdNamespace: string | null
  readonly address: string | null
  readonly bundlePath: string | null
  readonly bundleDeleted: boolean | null
  readonly use: SocketUse
  readonly daemon: DaemonBranch | null
  readonly addressState: AddressState
  readonly parentage: Parentage
  /** Engines at work under it. */
  readonly engines: readonly EngineBranch[]
  readonly containers: readonly ContainerBranch[]
  readonly machines: readonly MachineBranch[]
  readonly relation: Relation
  readonly supervision: Supervision
  /** Why nobody manages it; `null` unless it is orphaned. */
  readonly orphanedBy: OrphanedBy | null
  readonly within: ContainerBranch | null
}

/**
 * How a daemon lets go of a shim. `bundle-deleted`: it deleted what it finds the shim by. `no-daemon`: proven that
 * nobody listens at the address. `no-connection`: its daemon listens and holds no connection to it.
 */
export type OrphanedBy = 'bundle-deleted' | 'no-daemon' | 'no-connection'

export interface EngineBranch {
  readonly node: TreeNode
  readonly recognition: EngineRecognition & { readonly runtime: Runtime }
  readonly shim: ShimBranch | null
}

/** A process of a virtual machine or of gVisor, and the shim that it belongs to. */
export interface MachineBranch {
  readonly node: TreeNode
  readonly recognition: MachineRecognition & { readonly runtime: Runtime }
  /** Its parent, or the one that bears its id: some machines are daemons of their own, children of init. */
  readonly shim: ShimBranch | null
  readonly within: ContainerBranch | null
}

/** Where somebody's keeping of a container shows, once the keeper is gone. */
export interface KeeperProof {
  readonly source: string
  readonly observed: string
}

export interface ContainerBranch {
  readonly key: string
  readonly id: string
  readonly containerdNamespace: string | null
  /** Who manages it: the `runtime` of the public container. */
  readonly manager: string
  readonly role: 'sandbox' | 'container'
  readonly bundle: BundleSample | null
  readonly shim: ShimBranch | null
  /** The engine that stays beside it as its parent, where one does that is no shim. */
  readonly attendant?: EngineBranch
  /** Without a shim: that there was one. A container without one and without this has none by design. */
  readonly keeperProof: KeeperProof | null
  /** The container's first process, zombie or not; `null` when it has none. */
  readonly init: TreeNode | null
  readonly state: ContainerState
  readonly name: string | null
  readonly image: string | null
  readonly pod: Pod | null
  readonly cgroupPath: string | null
  readonly freezer: FreezerSample | null
  /** Every process in it, the exec sessions' included, by pid. */
  readonly members: readonly TreeNode[]
  readonly execs: readonly TreeNode[]
  readonly chain: readonly string[]
  readonly within: ContainerBranch | null
}

/** An empty cgroup that an engine has made for a container. */
export interface EmptyPlace extends EmptyCgroup {
  /** Of the container that its name tells. */
  readonly id: string
  readonly podUid: string | null
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
  readonly emptyPlaces: readonly EmptyPlace[]
  readonly machines: readonly MachineBranch[]
  /** What may be there without having been recognised: absence of these is no proof. */
  readonly doubts: Doubts
  /** The container that a process belongs to, the innermost where they are nested. */
  readonly containerOf: ReadonlyMap<ProcessKey, ContainerBranch>
  /** The container whose cgroup is this one or the closest above it, where one cgroup is one container's. */
  readonly containerAt: (cgroupPath: string) => ContainerBranch | undefined
}

/** Processes whose names are those of keepers or machines, and that show nothing else. */
export interface Doubts {
  readonly mayBeDaemon: boolean
  readonly mayBeShim: boolean
  readonly mayBeMachine: boolean
}

/** While it is being built. What leaves the stage is read-only. */
export type Growing<T> = { -readonly [K in keyof T]: T[K] }
