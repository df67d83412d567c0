import type { Delta } from '../core/model/event.ts'
import type { Pass, Process, Snapshot } from '../core/model/snapshot.ts'
import type { LivePaths } from '../sources/live.ts'
import type { NodeFacts } from './agent.ts'
import type { PassOptions } from './pass-runner.ts'

/** What the main thread gives the worker when it starts. */
export interface WorkerStart {
  readonly paths: LivePaths
  readonly options: PassOptions
}

export type Question = { readonly ask: 'pass' | 'processes' }

/** Only what changed crosses between the threads: copying a whole snapshot each time would hold the main one. */
export type Answer =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot; readonly facts: NodeFacts }
  | { readonly kind: 'delta'; readonly delta: Delta; readonly facts: NodeFacts }
  | { readonly kind: 'unchanged'; readonly takenAt: string; readonly pass: Pass; readonly facts: NodeFacts }
  | { readonly kind: 'processes'; readonly processes: readonly Process[] }
  | { readonly kind: 'failed'; readonly reason: string }
