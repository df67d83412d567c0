import type { ProcessKey } from './process.ts'

/** The public JSON, schema `shimscope/v1`. Programs outside this project rely on every name. `null` means not known. */
export interface Snapshot {
  readonly schema: 'shimscope/v1'
  readonly node: string
  readonly bootId: string
  /** Names this life of the daemon. */
  readonly run: string
  /** Advances when one of the four arrays changes. */
  readonly seq: number
  /** ISO 8601, UTC. */
  readonly takenAt: string
  readonly pass: Pass
  readonly daemons: readonly Daemon[]
  readonly shims: readonly Shim[]
  readonly containers: readonly Container[]
  readonly verdicts: readonly Verdict[]
  readonly processes?: readonly Process[]
}

export interface Pass {
  readonly source: 'live' | 'archive' | 'ps'
  readonly durationMs: number
  readonly processes: number
  readonly threads: number
  readonly complete: boolean
  readonly reads: { readonly known: number; readonly gone: number; readonly denied: number; readonly malformed: number }
  readonly denied: Readonly<Record<string, number>>
}

export interface Daemon {
  readonly key: ProcessKey
  readonly pid: number
  readonly ppid: number
  /** Canonical name of its program: `containerd`, `dockerd`, `kubelet`, … */
  readonly runtime: string
  readonly addresses: readonly string[]
  readonly startedAt: string
  readonly state: 'listening' | 'starting' | 'unknown'
  /** Key of the container that it runs in (kind, docker-in-docker). */
  readonly within: string | null
}

export type Generation = 'v0' | 'v1' | 'v2' | 'conmon' | 'other'
export type Parentage = 'daemon' | 'init' | 'other'
export type Relation = 'one-to-one' | 'pod' | 'sandbox-only' | 'empty' | 'starting' | 'vm'
export type Supervision = 'managed' | 'orphaned' | 'unknown'

export interface Shim {
  readonly key: ProcessKey
  readonly pid: number
  readonly ppid: number
  readonly runtime: string
  readonly generation: Generation
  readonly containerdNamespace: string | null
  readonly id: string | null
  readonly address: string | null
  readonly daemon: ProcessKey | null
  readonly socket: string | null
  /** Connections that the shim has accepted: one for each task that its daemon tracks. */
  readonly connections: number | null
  /** Connections that wait to be accepted. */
  readonly unaccepted: number | null
  readonly bundle: string | null
  readonly bundleDeleted: boolean | null
  readonly binaryReplaced: boolean | null
  readonly parentage: Parentage
  readonly relation: Relation
  readonly supervision: Supervision
  /** Ids, the sandbox included. */
  readonly containers: readonly string[]
  readonly within: string | null
  readonly startedAt: string
  readonly rssBytes: number | null
  readonly threads: number | null
  readonly cpuSeconds: number | null
}

/** The OCI states, inferred. runtime-spec, "State". */
export type ContainerState = 'creating' | 'created' | 'running' | 'paused' | 'stopped' | 'unknown'

export interface Pod {
  readonly uid: string
  readonly name: string | null
  readonly namespace: string | null
}

export interface Container {
  /** Opaque and stable: daemon address or runtime, containerd namespace, id, and where it is nested. */
  readonly key: string
  readonly id: string
  readonly containerdNamespace: string | null
  /** Who manages it: `containerd`, `docker`, `cri-o`, … */
  readonly runtime: string
  readonly role: 'sandbox' | 'container'
  readonly shim: ProcessKey | null
  readonly initPid: number | null
  readonly chain: readonly string[]
  readonly state: ContainerState
  readonly name: string | null
  readonly image: string | null
  readonly pod: Pod | null
  readonly cgroup: string | null
  readonly processes: number
  readonly threads: number | null
  readonly zombies: number
  /** Pids of exec sessions. */
  readonly execs: readonly number[]
  readonly within: string | null
  readonly startedAt: string | null
  readonly rssBytes: number | null
  readonly cpuSeconds: number | null
}

export type Severity = 'info' | 'warning' | 'critical'

export type SubjectKind = 'shim' | 'container' | 'daemon' | 'process' | 'cgroup' | 'bundle' | 'mount' | 'node'

export interface Subject {
  readonly kind: SubjectKind
  readonly key?: string
  readonly id?: string
  readonly pid?: number
}

/** A fact that a person can check: `source` is a path or a command, `observed` what it showed. */
export interface Evidence {
  readonly source: string
  readonly observed: string
}

export interface Verdict {
  readonly key: string
  readonly code: string
  readonly severity: Severity
  readonly status: 'pending' | 'firing'
  readonly since: string
  readonly subject: Subject
  readonly summary: string
  readonly evidence: readonly Evidence[]
  /** Public issues that look like this. */
  readonly resembles: readonly string[]
  /** A safe next step. */
  readonly next: string
}

export interface Process {
  readonly key: ProcessKey
  readonly pid: number
  readonly ppid: number
  readonly role: string
  readonly comm: string
  readonly argv: readonly string[]
  readonly state: string
  readonly container: string | null
  readonly shim: ProcessKey | null
  readonly threads: number | null
  readonly startedAt: string
}
