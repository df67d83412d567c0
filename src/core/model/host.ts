import type { FileFacts, ProcessKey, ProcessSample } from './process.ts'
import type { Reading } from './reading.ts'

/** One row of `/proc/net/unix` that has a path. unix(7): flag 0x10000 is a listener; St 01 unconnected, 02 connecting, 03 connected. */
export interface UnixRow {
  readonly listening: boolean
  readonly state: number
  readonly inode: number
  /**
   * A connected socket is held by its descriptor, its own hash entry and its peer: 3. Once the peer has closed it
   * reads 2, while state 03 stays until this side closes too: such a row is no connection. net/unix/af_unix.c,
   * unix_release_sock; seen with a stopped shim whose containerd was killed.
   */
  readonly references: number
}

/** `net/unix` of one network namespace, by socket path (`@…` for abstract ones). */
export interface UnixTable {
  /** What `unixTable` of the processes in this network namespace is. */
  readonly id: number
  /** Where it was read: a path that a person can look at. */
  readonly source: string
  readonly rows: Reading<ReadonlyMap<string, readonly UnixRow[]>>
}

/** The parts of an OCI `config.json` that say what a container is. */
export interface BundleConfig {
  readonly annotations: ReadonlyMap<string, string>
  readonly cgroupsPath: string | null
  readonly ownPidNamespace: boolean
}

/** An OCI bundle directory, read through the working directory of its shim or through a root. */
export interface BundleSample {
  /** The container id, which names its directory. */
  readonly id: string
  /** Its path as the node names it. */
  readonly path: string
  /** Where we read it, e.g. `/proc/9075/cwd/../<id>`. */
  readonly source: string
  /** The shim through whose working directory it was read; `null` when found otherwise. */
  readonly readThrough: ProcessKey | null
  readonly facts: Reading<FileFacts>
  readonly config: Reading<BundleConfig>
  /** The pid in the shim's pid namespace. */
  readonly initPid: Reading<number>
  /** The shim's socket, from `address` (1.x) or `bootstrap.json` (2.x). */
  readonly address: Reading<string>
  /** containerd 2.x: the pod that an attached container belongs to. */
  readonly sandboxId: Reading<string>
  /** The shim's binary as containerd will look for it after a restart. */
  readonly shimBinary: Reading<string>
  /** Pids of exec sessions, from `<exec-id>.pid`, in the shim's pid namespace. */
  readonly execPids: ReadonlyMap<string, number>
}

/** A mounted container root file system: proof that a bundle was there, and a way to name a container without a shim. */
export interface BundleMount {
  readonly path: string
  readonly source: string
}

/**
 * What a process's own mounts say of who made its root: containerd's snapshotter and the files that its CRI plugin
 * mounts into every container of a pod, or the files that podman and CRI-O mount from containers/storage.
 */
export interface Origin {
  readonly key: ProcessKey
  readonly source: string
  readonly observed: string
  readonly madeBy: 'containerd' | 'containers/storage'
  /** Of the pod that the container belongs to. */
  readonly sandboxId: string | null
}

/** Whether a cgroup is frozen. v1 `freezer.state`, v2 `cgroup.freeze`/`cgroup.events`. */
export interface FreezerSample {
  readonly path: string
  readonly source: string
  readonly state: Reading<'THAWED' | 'FREEZING' | 'FROZEN'>
}

export interface ReadCounts {
  readonly known: number
  readonly gone: number
  readonly denied: number
  readonly malformed: number
}

/** What one pass read of a host. Nothing in it is a conclusion. */
export interface HostSample {
  readonly source: 'live' | 'archive' | 'ps'
  readonly node: string
  readonly bootId: string
  readonly takenAtMs: number
  /** Since boot; the clock that ages are measured with, since it never jumps. */
  readonly uptimeMs: number
  /** Wall clock at boot. `/proc/stat`, btime. */
  readonly bootedAtMs: number
  readonly pageBytes: number | null
  readonly pidMax: number | null
  /** Threads of the whole node: the last but one field of `/proc/loadavg`. */
  readonly threads: number | null
  readonly durationMs: number
  /** False where processes exist, or may, that this reader could not look at (hidepid): absence then proves nothing. */
  readonly complete: boolean
  readonly reads: ReadCounts
  /** Field name to how often it was denied. */
  readonly denied: Readonly<Record<string, number>>
  readonly processes: readonly ProcessSample[]
  readonly unixTables: readonly UnixTable[]
  readonly bundles: readonly BundleSample[]
  readonly bundleMounts: readonly BundleMount[]
  readonly origins: readonly Origin[]
  readonly freezers: readonly FreezerSample[]
}
