import type { CollectionName, Delta } from '../core/model/event.ts'
import type { Pass, Snapshot } from '../core/model/snapshot.ts'
import type { LivePaths } from '../sources/live.ts'
import type { NodeFacts } from './agent.ts'
import type { Asked, PassOptions } from './pass-runner.ts'
import type { ThreadStart } from './reading-thread.ts'

/** What the main thread gives the worker when it starts. */
export interface WorkerStart extends ThreadStart {
  readonly paths: LivePaths
  readonly options: PassOptions
}

export type Question =
  | { readonly ask: 'processes' | 'slice' }
  /** What hung lately is not to be touched. */
  | { readonly ask: 'pass'; readonly leftAlone: ReadonlySet<string>; readonly asked: Asked }

/**
 * Only what changed crosses between the threads, and never much at once: taking a message in holds the main thread, so
 * that the elements of a large answer are asked for slice by slice, with a turn of the event loop between two.
 */
export type Answer =
  | (Sliced & {
      readonly kind: 'snapshot'
      readonly snapshot: Omit<Snapshot, CollectionName>
      readonly facts: NodeFacts
    })
  | (Sliced & { readonly kind: 'delta'; readonly delta: Omit<Delta, 'changed'>; readonly facts: NodeFacts })
  | (Sliced & { readonly kind: 'unchanged'; readonly takenAt: string; readonly pass: Pass; readonly facts: NodeFacts })
  | (Sliced & { readonly kind: 'processes' })
  | Slice
  | { readonly kind: 'failed'; readonly reason: string }

interface Sliced {
  readonly slices: number
}

export type Sliceable = CollectionName | 'processes'

export interface Slice {
  readonly kind: 'slice'
  readonly collection: Sliceable
  readonly elements: readonly unknown[]
}

/** About a tenth of a megabyte, which takes about a millisecond to take in. */
const ELEMENTS = 128

export function slicesOf(collections: Partial<Record<Sliceable, readonly unknown[]>>): Slice[] {
  const slices: Slice[] = []
  for (const [collection, elements] of Object.entries(collections)) {
    for (let at = 0; at < elements.length; at += ELEMENTS) {
      slices.push({ kind: 'slice', collection: collection as Sliceable, elements: elements.slice(at, at + ELEMENTS) })
    }
  }
  return slices
}
