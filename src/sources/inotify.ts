import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { WatchTrial } from '../core/model/sight.ts'
import { BundleWatch, MOST_PLACES } from './bundle-watch.ts'
import { CgroupWatch } from './cgroup-watch.ts'
import type { LivePaths } from './live.ts'
import type { Followed, News, SourceCounts, WakeUps, WatchedKind } from './wake-ups.ts'
import { WatchSet } from './watch-set.ts'

/** Two cgroups for each of 1,500 containers and what is above them. A watch is 0.4 KB here and 1 KB in the kernel. */
const MOST_CGROUPS = 4_096
/** The kernel's own default. inotify(7) */
const USUAL_QUEUE = 16_384

/** A file system that lives tells within a millisecond where a bundle lies. */
const PATIENCE_MS = 5_000

/** Tells of directories alone. */
export interface DirectoryWakeUps extends WakeUps {
  counts(): SourceCounts & { readonly watched: Readonly<Record<WatchedKind, number>> }
  /** Resolves when it is known where the bundles lie; where a file system does not answer, never. */
  asked(): Promise<void>
}

/**
 * inotify(7) over cgroups and bundle directories. It needs no right but to list them, writes nothing, and takes nothing
 * of the node but memory. It lives in the thread of the clients, not in the one that reads: a directory that has just
 * come into being must be watched at once, and the other thread may be in the midst of a pass.
 */
export function inotifyWakeUps({ procfs, cgroupfs }: LivePaths): DirectoryWakeUps {
  const events: Record<WatchedKind, number> = { cgroup: 0, bundle: 0 }
  const queue = mostQueued(procfs)
  let overflows = 0
  let wake: (news: News) => void = () => {}
  const heard =
    (kind: WatchedKind) =>
    (news: News = 'more-to-come') => {
      events[kind] += 1
      wake(news)
    }
  const overflowed = () => {
    overflows += 1
    cgroups?.listAgain()
    wake('more-to-come')
  }
  const cgroupWatches = new WatchSet({ most: MOST_CGROUPS, queue }, overflowed)
  const bundleWatches = new WatchSet({ most: MOST_PLACES, queue }, overflowed)
  const bundles = new BundleWatch(bundleWatches, procfs, heard('bundle'))
  let cgroups: CgroupWatch | undefined

  return {
    start(listener) {
      wake = listener
      cgroups = new CgroupWatch(cgroupWatches, cgroupfs, heard('cgroup'))
    },
    follow({ containers, shims }) {
      cgroups?.follow(containers)
      bundles.follow(shims)
    },
    counts: () => ({
      events: { ...events },
      watched: { cgroup: cgroupWatches.size, bundle: bundleWatches.size },
      refused: sumOf(cgroupWatches.refused, bundleWatches.refused),
      overflows,
    }),
    asked: () => bundles.asked(),
    close() {
      wake = () => {}
      cgroups?.close()
      bundles.close()
      cgroupWatches.close()
      bundleWatches.close()
    },
  }
}

/** What the daemon would watch here, and what it could not: tried, and given back at once. */
export async function tryInotify(paths: LivePaths, followed: Followed): Promise<WatchTrial> {
  const wakeUps = inotifyWakeUps(paths)
  try {
    wakeUps.start(() => {})
    wakeUps.follow(followed)
    await Promise.race([wakeUps.asked(), sleep(PATIENCE_MS, undefined, { ref: false })])
    let before = ''
    for (let now = told(wakeUps); now !== before; now = told(wakeUps)) {
      before = now
      await nextTurn()
    }
    const { watched, refused } = wakeUps.counts()
    return { watched, refused: Object.fromEntries(refused) }
  } finally {
    wakeUps.close()
  }
}

/** Watches are put up in turns; when a turn changes nothing, all are. */
const told = (wakeUps: DirectoryWakeUps): string => {
  const { watched, refused } = wakeUps.counts()
  return JSON.stringify([watched, [...refused]])
}

function mostQueued(procfs: string): number {
  try {
    return Number.parseInt(readFileSync(`${procfs}/sys/fs/inotify/max_queued_events`, 'utf8'), 10) || USUAL_QUEUE
  } catch {
    return USUAL_QUEUE
  }
}

function sumOf(...counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>()
  for (const [reason, count] of counts.flatMap((one) => [...one])) sum.set(reason, (sum.get(reason) ?? 0) + count)
  return sum
}
