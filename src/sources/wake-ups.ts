import type { Container, Daemon, Shim } from '../core/model/snapshot.ts'
import type { Announced } from './announcements.ts'

/** What is watched: cgroups of containers and those above them, or the directories in which containerd keeps bundles. */
export type WatchedKind = 'cgroup' | 'bundle'

/** What wakes: something that is watched, or an event of a process. */
export type WakeUpSource = WatchedKind | 'process'

/**
 * What is worth what. `done`: something happened that will not be told again, and is over. `turned`: something is otherwise
 * by now, though more may follow. `more-to-come`: what follows in a moment is best seen by the same pass. `hint`: the same,
 * but what comes of it will be told by itself.
 */
export type News = 'done' | 'turned' | 'more-to-come' | 'hint'

/**
 * Says that something happened on the node, and never what: that is for the pass to find out. So an event that comes twice
 * costs a pass at most, and one that never comes costs the rest of an interval.
 */
export interface WakeUps {
  /** Calls from now on; once, before anything is followed. */
  start(wake: (news: News) => void): void
  /** Watches these processes and where they live, and leaves those that are gone. */
  follow(seen: Followed): void
  /** To whom something happened since this was asked last. Absent where processes are not what is heard of. */
  announced?(): Announced
  counts(): SourceCounts
  close(): void
}

export interface Followed {
  readonly daemons: readonly Pick<Daemon, 'pid'>[]
  readonly containers: readonly Pick<Container, 'cgroup' | 'initPid' | 'execs'>[]
  readonly shims: readonly Pick<Shim, 'key' | 'pid' | 'bundle' | 'bundleDeleted'>[]
}

/** What a source counts about itself since it was started; `watched` is as of now. */
export interface SourceCounts {
  readonly events: Readonly<Partial<Record<WakeUpSource, number>>>
  readonly watched: Readonly<Partial<Record<WatchedKind, number>>>
  /** Directories that could not be watched, by errno, or `most` for those beyond our own bound. */
  readonly refused: ReadonlyMap<string, number>
  /** How often so much came at once that some of it may have been dropped. */
  readonly overflows: number
  /** `undefined`: events of processes are not heard. */
  readonly processEvents?: {
    /** Whatever they were. */
    readonly heard: number
    /** By the kernel's own numbers. */
    readonly lost: number
    /** Containers that began and ended, and that no pass has shown. */
    readonly briefContainers: number
  }
}
