import type { Subject } from './snapshot.ts'
import type { Container, Daemon, Pass, Process, Shim, Snapshot, Verdict } from './snapshot.ts'

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
