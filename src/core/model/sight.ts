/** What a pass reads, by the names that its denials are counted under; `ns` stands for the three links that are read. */
export const fieldNames = [
  'stat',
  'status',
  'cgroup',
  'cmdline',
  'exe',
  'cwd',
  'root',
  'ns/*',
  'fd',
  'net/unix',
  'mountinfo',
  'wchan',
  'task',
  'bundle',
  'cgroupfs',
] as const
export type FieldName = (typeof fieldNames)[number]

/** Capabilities that open something to us. capabilities(7) */
export const capabilityNames = ['CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_NET_ADMIN', 'CAP_SYS_PTRACE'] as const
export type CapabilityName = (typeof capabilityNames)[number]

/** One reading that shows whether a field is open to us. Paths are relative to the process's directory, or absolute. */
export interface Probe {
  readonly how: 'read' | 'link' | 'list'
  readonly path: string
}

/** Whose processes were tried: those of a container runtime and what it keeps, else our own user's, root's, or others'. */
export const owners = ['runtime', 'own', 'root', 'others'] as const
export type Owner = (typeof owners)[number]

/** How often a field of some processes could be read. What is gone was not there to be read and counts for neither. */
export interface Tries {
  readonly known: number
  readonly denied: number
}

export interface Examination {
  readonly pid: number
  readonly uid: number | null
  readonly capabilities: readonly CapabilityName[] | null
  /** Capabilities count for processes of the node only in its own user namespace. user_namespaces(7) */
  readonly initialUserNamespace: boolean | null
  readonly initialPidNamespace: boolean | null
  /** What `self` in the procfs says; `null`: it does not show this process. */
  readonly self: number | null
  /** This process is called by one pid only in the namespace of the procfs, so it lives there and not below. */
  readonly livesThere: boolean
  readonly mount: ProcfsMount | null
  readonly cgroupVersions: readonly ('v1' | 'v2')[] | null
  readonly tries: ReadonlyMap<FieldName, ReadonlyMap<Owner, Tries>>
}

/** Directories that can be watched for changes, by what is in them; and how many cannot, by errno or other reason. */
export interface WatchTrial {
  readonly watched: { readonly cgroup: number; readonly bundle: number }
  readonly refused: Readonly<Record<string, number>>
}

/**
 * Why the kernel's events of processes cannot be heard: koffi is not installed or does not load, the layout of structures
 * on this processor was never tried; the procfs is not that of our pids; we are not in the first pid and user namespace,
 * nor in the first network namespace; a capability is missing that kernels before 6.6 ask for; the kernel was built
 * without it; or something else forbids it (seccomp, RestrictAddressFamilies of systemd).
 */
export type ConnectorObstacle =
  | 'koffi'
  | 'platform'
  | 'procfs'
  | 'namespaces'
  | 'network-namespace'
  | 'CAP_NET_ADMIN'
  | 'kernel'
  | 'forbidden'

export type ConnectorTrial = 'heard' | ConnectorObstacle

/** How a procfs is mounted. proc(5), "Mount options" */
export interface ProcfsMount {
  readonly hidepid: 'off' | 'noaccess' | 'invisible' | 'ptraceable'
  /** It shows processes and nothing of the kernel (subset=pid). */
  readonly pidOnly: boolean
  /** Of the group from which `noaccess` and `invisible` hide nothing. */
  readonly gid: number
}

/** A process as the kernel's tree has it, for comparison. `ppid` 0: nobody above it is shown. */
export interface Kin {
  readonly pid: number
  readonly ppid: number
  readonly startedAtMs: number | null
}

/** What an independent reader of the node shows; or why there is nothing to compare with. */
export type Oracle =
  | { readonly name: string; readonly kin: readonly Kin[] }
  | { readonly name: string; readonly skipped: string }

export interface Disagreement {
  readonly kind: 'missing' | 'extra' | 'parent' | 'start'
  readonly pid: number
  /** What our tree says of it, and what the other one does. */
  readonly ours: string
  readonly theirs: string
}

export type CrossCheck =
  | { readonly oracle: string; readonly skipped: string }
  | { readonly oracle: string; readonly compared: number; readonly disagreements: readonly Disagreement[] }
