import type { Container, Shim } from '../core/model/snapshot.ts'

/** What is watched: cgroups of containers and those above them, or the directories in which containerd keeps bundles. */
export type WatchedKind = 'cgroup' | 'bundle'

/**
 * Says that something happened on the node, and never what: that is for the pass to find out. So an event that comes twice
 * costs a pass at most, and one that never comes costs the rest of an interval.
 */
export interface WakeUps {
  /** Calls from now on; once, before anything is followed. */
  start(wake: () => void): void
  /** Watches where these containers live, and leaves the places of those that are gone. */
  follow(seen: Followed): void
  counts(): SourceCounts
  close(): void
}

export interface Followed {
  readonly containers: readonly Pick<Container, 'cgroup'>[]
  readonly shims: readonly Pick<Shim, 'key' | 'pid' | 'bundle' | 'bundleDeleted'>[]
}

/** What a source counts about itself since it was started; `watched` is as of now. */
export interface SourceCounts {
  readonly events: Readonly<Record<WatchedKind, number>>
  readonly watched: Readonly<Record<WatchedKind, number>>
  /** Directories that could not be watched, by errno, or `most` for those beyond our own bound. */
  readonly refused: ReadonlyMap<string, number>
  /** How often so much came at once that some of it may have been dropped. */
  readonly overflows: number
}
