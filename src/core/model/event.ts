import type { ProcessKey } from './process.ts'
import type { Container, Daemon, Pass, Pod, Process, Shim, Snapshot, Subject, Verdict } from './snapshot.ts'

export const eventTypes = [
  'daemon-started',
  'daemon-stopped',
  'daemon-restarted',
  'shim-appeared',
  'shim-gone',
  'shim-orphaned',
  'shim-adopted',
  'container-created',
  'container-started',
  'container-paused',
  'container-resumed',
  'container-exited',
  'verdict-raised',
  'verdict-cleared',
] as const

export type EventType = (typeof eventTypes)[number]

export interface NodeEvent {
  readonly seq: number
  readonly at: string
  readonly type: EventType
  readonly subject: Subject
  readonly summary: string
  /** Absent in journals of before they were noted, and where there are none. */
  readonly facts?: EventFacts
}

/**
 * What the node showed when it happened: by this events can be proven to belong together. Every field is absent where it
 * does not apply or was not known; what follows from somebody's absence is there only if the pass saw every process.
 */
export interface EventFacts {
  /** Of a daemon: the canonical name of its program. */
  readonly program?: string
  /** Of `daemon-restarted`: the process that was there before. */
  readonly replaces?: { readonly key: ProcessKey; readonly pid: number }
  /** Of a daemon that ended or was replaced: the shims that it tracked until then, and that live. */
  readonly shims?: readonly ProcessKey[]
  /** Of a shim that was orphaned: its daemon until then; of one that was adopted, or a verdict on a daemon: its daemon now. */
  readonly daemon?: ProcessKey
  /** Of a shim: its bundle is deleted. */
  readonly bundleDeleted?: true
  /** Of a container: the shim that keeps it, or that did last. */
  readonly shim?: ProcessKey
  /** Of a shim that is gone: the containers that it kept and that run on; of a sandbox that exited: those of its pod. */
  readonly outlivedBy?: readonly Survivor[]
  /** Of a container. */
  readonly role?: Container['role']
  readonly name?: string
  /** Of a container, or of a shim that keeps a pod's. */
  readonly pod?: Pod
  /** Of a verdict. */
  readonly code?: string
}

/** A container, its first process, and what events call it. */
export interface Survivor {
  readonly key: string
  readonly called: string
  readonly pid: number
}

/** The collections of a snapshot that a delta speaks about; each element has a `key`, and each array is sorted by it. */
export interface Collections {
  readonly daemons: readonly Daemon[]
  readonly shims: readonly Shim[]
  readonly containers: readonly Container[]
  readonly verdicts: readonly Verdict[]
}

export const collectionNames = ['daemons', 'shims', 'containers', 'verdicts'] as const
export type CollectionName = (typeof collectionNames)[number]

/** From the snapshot `previous` to the snapshot `seq`. Also a frame of the live feed. */
export interface Delta {
  readonly type: 'delta'
  readonly seq: number
  readonly takenAt: string
  readonly previous: number
  readonly pass: Pass
  readonly changed: { readonly [N in CollectionName]: Collections[N] } & { readonly processes?: readonly Process[] }
  readonly removed: { readonly [N in CollectionName]: readonly string[] } & { readonly processes?: readonly string[] }
  readonly events: readonly NodeEvent[]
}

export interface Hello {
  readonly type: 'hello'
  readonly seq: number
  readonly takenAt: string
  readonly schema: 'shimscope/v1'
  readonly node: string
  readonly bootId: string
  readonly run: string
  readonly intervalMs: number
}

export type Frame =
  | Hello
  | { readonly type: 'snapshot'; readonly seq: number; readonly takenAt: string; readonly snapshot: Snapshot }
  | Delta
  | { readonly type: 'heartbeat'; readonly seq: number; readonly takenAt: string }
