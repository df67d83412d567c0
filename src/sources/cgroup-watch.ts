import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isCgroupFile } from '../core/procfs/cgroup-files.ts'
import type { Followed } from './wake-ups.ts'
import type { WatchSet } from './watch-set.ts'

/**
 * Files whose change tells of a container; the kernel writes the first (populated, frozen), engines the others. Files of
 * limits and pressure change too, and mean nothing here. cgroups(7), Documentation/admin-guide/cgroup-v2.rst
 */
const telling = new Set(['cgroup.events', 'cgroup.freeze', 'cgroup.procs', 'freezer.state', 'tasks'])

/** A directory that came into being may become a pod's or a container's; after this time the forest knows. */
const YOUNG_MS = 30_000
/** Of a new directory: `kubepods/burstable/pod…/…`, made in one go. */
const DEEPEST_NEW = 4
/** Watches are put up in turns, so that a node full of containers does not hold the thread. 22 us each, measured. */
const ADDED_IN_ONE_TURN = 64

/** The cgroups of containers and all above them, in the hierarchies where engines make them. */
export class CgroupWatch {
  readonly #watches: WatchSet
  readonly #roots: readonly string[]
  readonly #wake: () => void
  /** Directories that nobody is known to need yet, and until when they are kept. */
  readonly #young = new Map<string, number>()
  #containers: Followed['containers'] | undefined
  #waiting: string[] = []
  #closed = false

  constructor(watches: WatchSet, cgroupfs: string, wake: () => void) {
    this.#watches = watches
    this.#wake = wake
    this.#roots = cgroupRoots(cgroupfs)
    this.listAgain()
  }

  follow(containers: Followed['containers']): void {
    if (containers === this.#containers && this.#young.size === 0) return
    this.#containers = containers
    const wanted = wantedOf(this.#roots, containers)
    const nowMs = performance.now()
    for (const [path, untilMs] of this.#young) if (untilMs < nowMs || wanted.has(path)) this.#young.delete(path)
    for (const path of this.#watches.names()) {
      const isTop = this.#roots.includes(dirname(path))
      if (!wanted.has(path) && !this.#young.has(path) && !isTop) this.#watches.drop(path)
    }
    const isAtWork = this.#waiting.length > 0
    // What is above comes first: one watch there tells of every start and end below.
    this.#waiting = [...wanted].filter((path) => !this.#watches.has(path)).reverse()
    if (!isAtWork) this.#addSome()
  }

  /** After a loss: what has come into being where we look. */
  listAgain(): void {
    this.#containers = undefined
    for (const path of [...this.#roots, ...this.#watches.names()]) {
      if (this.#roots.includes(path)) this.#watches.add(path, path, (name) => this.#heard(path, name))
      for (const child of directoriesIn(path)) this.#adopt(`${path}/${child}`, DEEPEST_NEW)
    }
  }

  close(): void {
    this.#closed = true
  }

  #addSome(): void {
    if (this.#closed) return
    for (let added = 0; added < ADDED_IN_ONE_TURN; added += 1) {
      const path = this.#waiting.pop()
      if (path === undefined) return
      this.#watches.add(path, path, (name) => this.#heard(path, name))
    }
    setImmediate(() => this.#addSome())
  }

  #heard(path: string, name: string | null): void {
    if (name !== null && isCgroupFile(name)) {
      // Who enters the root of a hierarchy has left a container, or is none.
      if (telling.has(name) && !this.#roots.includes(path)) this.#wake()
      return
    }
    // Made or removed, itself or a child. A watch on what was removed is dead, also when the same name is there again.
    const places = name === null ? [] : name === basename(path) ? [path, `${path}/${name}`] : [`${path}/${name}`]
    for (const place of places) {
      this.#watches.drop(place)
      this.#adopt(place, 0)
    }
    this.#wake()
  }

  /** A watch on a directory says nothing of what was made in it before: it is listed too. */
  #adopt(path: string, depth: number): void {
    if (this.#watches.has(path)) return
    if (!this.#watches.addNew(path, path, (name) => this.#heard(path, name))) return
    this.#young.set(path, performance.now() + YOUNG_MS)
    if (depth < DEEPEST_NEW) for (const name of directoriesIn(path)) this.#adopt(`${path}/${name}`, depth + 1)
  }
}

/**
 * Where every engine makes a cgroup for a container. Of v1 the freezer: it hears of pauses, and of little else. The
 * unified hierarchy is the top itself, or `unified` on a hybrid host, and alone tells of exits.
 */
export function cgroupRoots(cgroupfs: string): string[] {
  if (existsSync(`${cgroupfs}/cgroup.controllers`)) return [cgroupfs]
  const v1 = ['freezer', 'pids', 'systemd'].map((name) => `${cgroupfs}/${name}`).find((path) => existsSync(path))
  const unified = `${cgroupfs}/unified`
  return [...(v1 === undefined ? [] : [v1]), ...(existsSync(unified) ? [unified] : [])]
}

/** A path that leaves the root is one seen from another cgroup namespace, and cannot be found here. cgroup_namespaces(7) */
function wantedOf(roots: readonly string[], containers: Followed['containers']): Set<string> {
  const above = new Set<string>(roots)
  const own = new Set<string>()
  for (const root of roots) {
    for (const { cgroup } of containers) {
      if (cgroup === null || cgroup.split('/').includes('..')) continue
      if (cgroup !== '/') own.add(root + cgroup)
      for (let end = cgroup.lastIndexOf('/'); end > 0; end = cgroup.lastIndexOf('/', end - 1)) {
        above.add(root + cgroup.slice(0, end))
      }
    }
  }
  return new Set([...above, ...own])
}

function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  } catch {
    return [] // gone again, or not ours to list
  }
}
