import type { NodeEvent } from '../../../core/model/event.ts'
import type { Snapshot } from '../../../core/model/snapshot.ts'

/** What is known of a node, from where, and how fresh it is. */
export interface Picture {
  /** `undefined` until the first is there; with the processes where they were asked for. */
  readonly snapshot: Snapshot | undefined
  /** A sentence, where something was asked for that is not known of it. */
  readonly lacking: string | undefined
  /** Oldest first. */
  readonly events: readonly NodeEvent[]
  readonly origin: Origin
  /** Our own clock when a newer look came in, in ms: the clock of the node may be another. */
  readonly freshAtMs: number | undefined
  /** From this age on it is no longer fresh: passes are overdue. */
  readonly staleAfterMs: number
}

export type Origin =
  | { readonly kind: 'node'; readonly failure: string | undefined }
  | { readonly kind: 'recording'; readonly name: string; readonly ended: boolean }
  | { readonly kind: 'agent'; readonly url: string; readonly link: 'calling' | 'live' | { readonly lost: string } }
