import type { FileFacts, ProcessKey, ProcessSample } from './process.ts'
import type { Reading } from './reading.ts'
import type { UnixTable } from './unix-table.ts'

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
  /** Pids of exec sessions, from `<exec-id>.pid`, in the shim's pid namespace; the first of them, where there are many. */
  readonly execPids: ReadonlyMap<string, number>
  /** How many names are in it. */
  readonly files: Reading<number>
}

/** A directory that containerd has renamed to a dot-name to remove it, and has not removed. core/runtime/v2/bundle.go, atomicDelete */
export interface BundleRemnant {
  readonly id: string
  readonly path: string
  /** Where we saw it. */
  readonly source: string
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

/**
 * What runc keeps of a container, in `<root>/<id>/state.json`; it hands the annotations on as labels.
 * libcontainer/container_linux.go, State; libcontainer/specconv/spec_linux.go, CreateLibcontainerConfig
 */
export interface EngineState {
  readonly id: string
  readonly initPid: number
  /** Field 22 of that process's stat: with it, a pid that was used again cannot be mistaken. */
  readonly initStartTicks: number
  readonly annotations: ReadonlyMap<string, string>
}

export interface EngineStateSample {
  readonly id: string
  /** As the node names it: `/run/containerd/runc/<containerd namespace>/<id>/state.json`. */
  readonly path: string
  /** Where we read it. */
  readonly source: string
  readonly state: Reading<EngineState>
}

/** TCP ports that somebody listens at. */
export interface Listening {
  /** The table that shows them. */
  readonly source: string
  /** Ascending, each once. */
  readonly ports: readonly number[]
  /** True: sockets that the container's own processes hold. False: descriptors can't be read; all of its network namespace. */
  readonly held: boolean
}

/** A process that may have outlived its shim, and what can still be asked about it. */
export interface Survivor {
  readonly key: ProcessKey
  readonly engineState: EngineStateSample | null
  /** Of its pod, from the file that a CRI mounts at /etc/hostname. */
  readonly hostname: Reading<string>
  /** Whether it has a network namespace that its parent is not in. */
  readonly ownNetwork: Reading<boolean>
  readonly listening: Reading<Listening>
}

/** A root file system that is still mounted although its container's first process is gone, and who is in it. */
export interface StaleRootfs {
  /** The bundle. */
  readonly path: string
  readonly mountPoint: string
  /** The mount table that shows it. */
  readonly source: string
  readonly holders: readonly RootfsHolder[]
}

export interface RootfsHolder {
  readonly key: ProcessKey
  readonly by: 'cwd' | 'root' | 'exe'
  readonly path: string
}

/** A cgroup without children that no process is in. */
export interface EmptyCgroup {
  /** As `/proc/<pid>/cgroup` would show it. */
  readonly path: string
  readonly source: string
}

/** A directory outside of any bundle whose being there says something about a shim. */
export interface DirectorySample {
  readonly path: string
  readonly source: string
  readonly shim: ProcessKey
  readonly facts: Reading<FileFacts>
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

/** Facts that are audited: read a second time, beside the passes. */
export const auditFields = ['process', 'state', 'parent', 'name', 'cgroup', 'cmdline', 'cwd', 'exe', 'bundle'] as const
export type AuditField = (typeof auditFields)[number]

/** What came of the audit in one pass. */
export interface AuditFindings {
  /** 1 when everybody has been audited once more, else 0. */
  readonly rounds: number
  /** Facts that passes did not see within the time in which they should. */
  readonly differences: Readonly<Partial<Record<AuditField, number>>>
}

/** What one pass read of a host. Nothing in it is a conclusion. */
export interface HostSample {
  readonly source: 'live' | 'archive' | 'ps'
  readonly node: string
  readonly bootId: string
  readonly takenAtMs: number
  /** Since boot; the clock that ages are measured with, since it never jumps. */
  readonly uptimeMs: number
  /**
   * A clock that stands still while the node is suspended, or the reader stopped, in ms from anywhere; not known of a
   * recording. clock_gettime(2)
   */
  readonly awakeMs?: number
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
  /** False where a shim's directory, or those beside it, could not be listed: there may be more bundles. */
  readonly bundlesListed: boolean
  readonly bundleMounts: readonly BundleMount[]
  readonly bundleRemnants: readonly BundleRemnant[]
  readonly origins: readonly Origin[]
  readonly survivors: readonly Survivor[]
  /** Of bundles whose `init.pid` names a process that no shim is the parent of. */
  readonly engineStates: readonly EngineStateSample[]
  readonly staleRootfs: readonly StaleRootfs[]
  /** The first of them, where there are many. */
  readonly emptyCgroups: readonly EmptyCgroup[]
  /** What is below runc's default root: containers that somebody runs by hand, and those of a daemon that asks for no other. */
  readonly bareStates: readonly EngineStateSample[]
  readonly freezers: readonly FreezerSample[]
  readonly directories: readonly DirectorySample[]
  readonly audit: AuditFindings
}

/**
 * What shapes the forest; the rest differs from pass to pass and is asked only of a finished one. Each has its line: one
 * that shaped it by mistake would have every pass grow it anew.
 */
export const shapesForest: Readonly<Record<keyof HostSample, boolean>> = {
  source: true,
  node: true,
  bootId: true,
  takenAtMs: false,
  uptimeMs: false,
  awakeMs: false,
  bootedAtMs: false,
  pageBytes: true,
  pidMax: false,
  threads: false,
  durationMs: false,
  complete: true,
  reads: false,
  denied: false,
  processes: true,
  unixTables: true,
  bundles: true,
  bundlesListed: true,
  bundleMounts: true,
  bundleRemnants: true,
  origins: true,
  survivors: true,
  engineStates: true,
  staleRootfs: true,
  emptyCgroups: true,
  bareStates: true,
  freezers: true,
  directories: true,
  audit: false,
}
