import { collectionNames, type CollectionName, type Delta, type NodeEvent } from '../core/model/event.ts'
import type { Pass, Snapshot } from '../core/model/snapshot.ts'

/*
 * A part of a journal as one file: what somebody hands on who was woken at night. Lines of JSON, one fact each, so that it
 * can be read, searched line by line and compared:
 *
 *     {"format":"shimscope-excerpt","version":1,"node":"node-1","around":"2026-11-21T03:12:00.000Z","from":…,"until":…,"by":"0.1.0"}
 *     {"run":{"run":"1a2b3c4d","node":"node-1","bootId":"6f1c0e2a-…"}}
 *     {"moment":{"takenAt":"2026-11-21T02:56:58.000Z","seq":40,"pass":{…}}}
 *     {"shim":{"key":"9075@900",…}}
 *     {"moment":{"takenAt":"2026-11-21T03:11:58.000Z","seq":41,"pass":{…}}}
 *     {"changed":{"shim":"9075@900","fields":{"supervision":"orphaned"}}}
 *     {"gone":{"container":"…"}}
 *     {"event":{"seq":41,"at":"2026-11-21T03:11:58.000Z","type":"shim-orphaned",…}}
 *     {"gap":"nobody looked between … and …"}
 *     {"end":{"moments":2,"events":1}}
 *
 * A run is one life of the agent, and begins with nothing known. Lines below a moment lead to it from the moment before:
 * what is new as a whole, of what changed the fields that did. The last line tells a whole file from one that was cut off.
 */

export const excerptFormat = 'shimscope-excerpt'
export const excerptVersion = 1

/** The first line. Times are ISO 8601, UTC. */
export interface ExcerptHead {
  readonly format: typeof excerptFormat
  readonly version: typeof excerptVersion
  readonly node: string
  /** What was asked for. */
  readonly around: string
  readonly from: string
  readonly until: string
  /** The version of shimscope that wrote it. */
  readonly by: string
}

/** One element of each collection, by the name that stands in the file. */
export const elementNames = {
  daemons: 'daemon',
  shims: 'shim',
  containers: 'container',
  verdicts: 'verdict',
} as const satisfies Record<CollectionName, string>
export type ElementName = (typeof elementNames)[CollectionName]

/** All lines but the first; each has one of these. */
export interface ExcerptLines {
  readonly run: { readonly run: string; readonly node: string; readonly bootId: string }
  readonly moment: { readonly takenAt: string; readonly seq: number; readonly pass: Pass }
  readonly changed: { readonly fields: Readonly<Record<string, unknown>> } & { readonly [N in ElementName]?: string }
  readonly gone: { readonly [N in ElementName]?: string }
  readonly event: NodeEvent
  /** A sentence: what the journal could not say there. */
  readonly gap: string
  readonly end: { readonly moments: number; readonly events: number }
}

/** The collection whose elements have this name. */
export const collectionOf = (name: string): CollectionName | undefined =>
  collectionNames.find((collection) => elementNames[collection] === name)

/** What an excerpt holds. */
export interface Excerpt {
  readonly head: ExcerptHead
  /** At least one, in the journal's order. */
  readonly moments: readonly ExcerptMoment[]
  /** Sentences: what the journal could not say. */
  readonly gaps: readonly string[]
}

export interface ExcerptMoment {
  readonly takenAtMs: number
  readonly snapshot: Snapshot
  /** `undefined` for the first moment of a run, and where none of the four arrays changed. */
  readonly delta: Delta | undefined
  /** What happened until then: those of the delta, and those that no delta led to. */
  readonly events: readonly NodeEvent[]
}
