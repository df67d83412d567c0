import type { ProcessSample } from './process.ts'
import type { Evidence, Generation, Pod } from './snapshot.ts'

/** A process that serves an API and owns shims or containers through it. */
export interface DaemonRecognition {
  readonly role: 'daemon'
  /** Addresses its command line names; the sockets that it holds open are looked up elsewhere. */
  readonly declaredAddresses: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** A keeper of containers. */
export interface ShimRecognition {
  readonly role: 'shim'
  readonly generation: Generation
  readonly containerdNamespace: string | null
  readonly id: string | null
  /** Address of its daemon. */
  readonly address: string | null
  /** Where its command line puts the bundle; `null`: its working directory. */
  readonly bundle: string | null
  /** Where its command line puts the pid of its container's init; else that is in the bundle. */
  readonly pidFile?: string | null
  /** What its command line calls the one container that it keeps. */
  readonly names?: {
    readonly role: 'sandbox' | 'container' | null
    readonly name: string | null
    readonly pod: Pod | null
  }
  /** Where its own socket may be, by the rules of its generations, the likeliest first. Worked out only when asked for. */
  readonly sockets: Iterable<string>
  /** A directory that is there for as long as its virtual machine is meant to run. */
  readonly machineDirectory?: string
  readonly evidence: readonly Evidence[]
}

/** An OCI program, or a shim's transient invocation, that does one thing and exits. */
export interface EngineRecognition {
  readonly role: 'engine'
  readonly verb: string
  /** Container id, when the command line names it. */
  readonly id: string | null
  readonly containerdNamespace: string | null
  readonly address: string | null
  readonly evidence: readonly Evidence[]
}

/**
 * A process that makes up or serves one sandbox beside its shim: a virtual machine monitor, gVisor's kernel, or a file
 * server of either.
 */
export interface MachineRecognition {
  readonly role: 'machine'
  /** `vm`: the containers run in it, unseen. `kernel`: it is a process that stands for their init. */
  readonly kind: 'vm' | 'kernel'
  /** The machine itself, or what serves it. */
  readonly part: 'guest' | 'helper'
  /** Of the sandbox or container, when its command line names it; Firecracker's may be cut short. */
  readonly id: string | null
  /** It waits for the container to be started, and goes then. */
  readonly untilStart?: true
  /** Who starts programs with such a command line: nobody but a shim, or others too. */
  readonly startedBy: 'shim' | 'anybody'
  readonly evidence: readonly Evidence[]
}

/** A zombie: nothing is left of it but its name, which says what it was but not which. */
export interface RemainsRecognition {
  readonly role: 'remains'
  readonly evidence: readonly Evidence[]
}

export type RoleRecognition =
  | DaemonRecognition
  | ShimRecognition
  | EngineRecognition
  | MachineRecognition
  | RemainsRecognition
export type Recognition = RoleRecognition & { readonly runtime: Runtime }

/** Clients of a daemon, told apart by the namespace that they keep their containers in. */
export interface Client {
  /** `null`: the one client of a daemon without namespaces. */
  readonly containerdNamespace: string | null
  /** Who manages these containers: a label value. */
  readonly manages: string
  /** Programs above the daemon in the call chain, outermost first; those that are not there are left out. */
  readonly through: readonly string[]
  /** Those among them that nobody else's containers come from: named even where they are not seen to run. */
  readonly certain?: readonly string[]
  /** Where this program runs, all containers are a pod's, although nothing else says so. */
  readonly podsBeside?: string
  /** Whether it collects tasks that stopped. `ctr` does not: a stopped task there is no fault. */
  readonly collects: boolean
  /** Whether a shim's id is that of a pod's sandbox. */
  readonly sandboxes: boolean
}

/** What healthy looks like. Verdicts compare with this; none asks which runtime it is. */
export interface Expectations {
  /** Programs of the daemons that may own it, nearest first; none: it needs no daemon. */
  readonly daemons: readonly string[]
  /** How its daemon holds on to it. */
  readonly tracking: 'connection' | 'parent' | 'none'
  readonly writesInitPid: boolean
  readonly bundle: 'cwd' | 'argument' | 'none'
  /**
   * Where the containers run. `processes`: as children of the shim. `kernel`: in a kernel that is a process itself and
   * whose pid stands in their bundles; it may be a child of another shim of the pod. `vm`: inside a virtual machine
   * that /proc does not show; `vm-inside`: the same, and the machine may be the shim's own process.
   */
  readonly owns: 'processes' | 'kernel' | 'vm' | 'vm-inside'
  /** Whether it sees the file systems as its daemon does, or has left for a mount namespace of its own. */
  readonly mounts: 'shared' | 'own'
  /** A transient invocation (engine) older than this hangs, in ms, by verb; `null`: it may take any time. */
  readonly patienceMs: Readonly<Record<string, number>> | null
  readonly clients: readonly Client[]
  /** What one takes at most while all is well; `null`: it may hold anything, a virtual machine say. */
  readonly usual: { readonly rssBytes: number; readonly threads: number } | null
  /** Verbs with which an engine stays beside the container that it runs, as its parent, without being a shim: `runc run`. */
  readonly attends?: readonly string[]
  /** What it has run are pods, and nothing else: other containers came from elsewhere. */
  readonly podsOnly?: true
  /** A daemon that may serve no unix socket at all: that it listens at none says nothing. */
  readonly mayNotListen?: true
  /** Programs inside it that answer others, told by a socket that it listens at. */
  readonly parts?: readonly { readonly program: string; readonly socket: string }[]
  /** Who manages its containers, where no client of its daemon does: a container's `runtime` label. */
  readonly manages: string
}

/** One entry of the runtime table: one program and how to tell it. */
export interface Runtime {
  /** Unique in the table, and the name of its file. */
  readonly id: string
  /**
   * Canonical name of its program; the value of the `runtime` label. A trailing `*`: the entry stands for many programs,
   * and what it recognises bears the name of the one that was seen.
   */
  readonly program: string
  readonly title: string
  /** Where its forms are specified. */
  readonly docs: string
  /** Base names of argv[0] or exe that are worth a look; a trailing `*` stands for any rest. */
  readonly programs: readonly string[]
  /** `comm` values worth a look: all that a zombie has left, and what `runc init` calls itself. */
  readonly comms: readonly string[]
  /** Machines only: what `comm` calls them. A zombie that is called so was one; who shows no command line may be one. */
  readonly machineComms?: readonly string[]
  readonly expects: Expectations
  recognize(process: ProcessSample): RoleRecognition | undefined
}

/** Expectations of a program that keeps nothing. */
export const expectsNothing: Expectations = {
  daemons: [],
  tracking: 'none',
  writesInitPid: false,
  bundle: 'none',
  owns: 'processes',
  mounts: 'shared',
  patienceMs: null,
  clients: [],
  usual: null,
  manages: 'containerd',
}
