import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isCgroupFile } from '../core/procfs/cgroup-files.ts'
import type { Followed, News } from './wake-ups.ts'
import type { WatchSet } from './watch-set.ts'

/**
 * The kernel tells of this one (populated, frozen) only to who watches the file itself: for the directory it looks no
 * further than the inodes that somebody has open. fs/kernfs/file.c, kernfs_notify_workfn
 */
const EVENTS = 'cgroup.events'
/** Written by engines that pause. */
const pausing = new Set(['cgroup.freeze', 'freezer.state'])
/** Written by who enters: the first process of a container, and then every probe and `exec`, which are not worth a pass. */
const entering = new Set(['cgroup.procs', 'tasks'])

/** A directory that came into being may become a pod's or a container's; after this time the forest knows. */
const YOUNG_MS = 30_000
/** Of a new directory: `kubepods/burstable/pod…/…`, made in one go. */
const DEEPEST_NEW = 4
/** Watches are put up in turns, so that a node full of containers does not hold the thread. 22 us each, measured. */
const ADDED_IN_ONE_TURN = 64

/** The cgroups of containers and all above them, in the hierarchies where engines make them. */
export class CgroupWatch {
  readonly #watches: WatchSet
  readonly #cgroupfs: string
  /** None while no hierarchy is mounted. */
  #roots: readonly Root[] = []
  readonly #wake: (news: CgroupNews) => void
  /** Directories that nobody is known to need yet, and until when they are kept. */
  readonly #young = new Map<string, number>()
  #shown: Followed['containers'] = []
  #turn: NodeJS.Immediate | undefined
  /** Whose cgroups are watched. */
  #containers: Followed['containers'] | undefined
  #places: Places = { above: new Set(), own: new Set() }
  /** Whether every cgroup is watched, since nobody can say which are containers'. */
  #watchesAll = false
  /** Containers' own cgroups that no other container is below. */
  #leaves: ReadonlySet<string> = new Set()
  #waiting: string[] = []
  #closed = false

  constructor(watches: WatchSet, cgroupfs: string, wake: (news: CgroupNews) => void) {
    this.#watches = watches
    this.#wake = wake
    this.#cgroupfs = cgroupfs
    this.#findRoots()
  }

  /** In a turn of its own: of thousands of containers it takes as long as telling the clients of a pass. */
  follow(containers: Followed['containers']): void {
    this.#shown = containers
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      if (!this.#closed) this.#turnTo(this.#shown)
    })
  }

  #turnTo(containers: Followed['containers']): void {
    if (this.#roots.length === 0 && this.#findRoots()) this.#containers = undefined
    const isSame = isSameCgroups(this.#containers, containers)
    this.#containers = containers
    if (isSame && this.#young.size === 0) return
    if (!this.#watchesAll && containers.some(isForeign)) {
      this.#watchesAll = true
      this.#list(
        this.#roots.map(({ path }) => path),
        0,
      )
    }
    if (!isSame) this.#places = placesOf(this.#roots, containers)
    const { above, own } = this.#places
    const wanted = new Set([...above, ...own])
    this.#leaves = new Set([...own].filter((path) => !above.has(path)))
    const nowMs = performance.now()
    for (const [path, untilMs] of this.#young) if (untilMs < nowMs || wanted.has(path)) this.#young.delete(path)
    for (const path of this.#watchesAll ? [] : this.#watches.names()) {
      if (wanted.has(path) || this.#young.has(path)) continue
      if (!this.#roots.some((root) => root.path === dirname(path))) this.#watches.drop(path)
    }
    const isAtWork = this.#waiting.length > 0
    // What is above comes first: one watch there tells of every start and end below.
    this.#waiting = [...wanted].filter((path) => !this.#watches.has(path)).reverse()
    if (!isAtWork) this.#addSome()
  }

  /** After a loss: what has come into being where we look, and below it. */
  listAgain(): void {
    this.#containers = undefined
    this.#list(
      this.#roots.map(({ path }) => path),
      0,
    )
  }

  close(): void {
    this.#closed = true
  }

  #findRoots(): boolean {
    this.#roots = cgroupRoots(this.#cgroupfs)
    const roots = this.#roots.map(({ path }) => path)
    for (const path of roots) this.#watches.add(path, path, (name) => this.#heard(path, name))
    // What is deeper, the forest will show.
    this.#list(roots, DEEPEST_NEW)
    return roots.length > 0
  }

  #list(paths: readonly string[], depth: number): void {
    for (const path of paths) for (const name of directoriesIn(path)) this.#adopt(`${path}/${name}`, depth)
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
      // The last process has left, or all stand still. Of a new cgroup: the first has come, and is not what it will be.
      if (name === EVENTS) this.#wake(this.#young.has(path) ? 'more-to-come' : 'turned')
      else if (pausing.has(name) || (entering.has(name) && this.#young.has(path))) this.#wake('more-to-come')
      return
    }
    // A system in a container may make as many there as it likes.
    if (this.#leaves.has(path) && name !== basename(path)) return
    // Made or removed, itself or a child. A watch on what was removed is dead, also when the same name is there again.
    const places = name === null ? [] : name === basename(path) ? [path, `${path}/${name}`] : [`${path}/${name}`]
    for (const place of places) {
      this.#watches.drop(place)
      this.#watches.drop(`${place}/${EVENTS}`)
      this.#adopt(place, 0)
    }
    this.#wake('more-to-come')
  }

  /** A watch on a directory says nothing of what was made in it before: it is listed too. */
  #adopt(path: string, depth: number): void {
    const isKnown = this.#watches.has(path)
    if (!isKnown && !this.#watches.addNew(path, path, (name) => this.#heard(path, name))) return
    if (depth < DEEPEST_NEW) this.#list([path], depth + 1)
    if (isKnown) return
    const untilMs = performance.now() + YOUNG_MS
    this.#young.set(path, untilMs)
    const events = `${path}/${EVENTS}`
    if (
      this.#roots.some((root) => root.isUnified && path.startsWith(`${root.path}/`)) &&
      this.#watches.addNew(events, events, (name) => this.#heard(events, name))
    ) {
      this.#young.set(events, untilMs)
    }
  }
}

type CgroupNews = Extract<News, 'turned' | 'more-to-come'>

interface Root {
  readonly path: string
  readonly isUnified: boolean
}

/**
 * Where every engine makes a cgroup for a container. Of v1 the freezer: it hears of pauses, and of little else. The
 * unified hierarchy is the top itself, or `unified` on a hybrid host, and alone tells of exits.
 */
function cgroupRoots(cgroupfs: string): Root[] {
  if (existsSync(`${cgroupfs}/cgroup.controllers`)) return [{ path: cgroupfs, isUnified: true }]
  const v1 = ['freezer', 'pids', 'systemd'].map((name) => `${cgroupfs}/${name}`).find((path) => existsSync(path))
  const unified = `${cgroupfs}/unified`
  return [
    ...(v1 === undefined ? [] : [{ path: v1, isUnified: false }]),
    ...(existsSync(unified) ? [{ path: unified, isUnified: true }] : []),
  ]
}

/**
 * Who is in a cgroup namespace of its own, as an agent in a container is, reads paths that start there: `/../../pod1/c`.
 * They cannot be found from the root of the hierarchy. cgroup_namespaces(7)
 */
const isForeign = ({ cgroup }: Followed['containers'][number]): boolean => cgroup?.startsWith('/../') === true

/** Most that changes about a container is what it takes. */
const isSameCgroups = (before: Followed['containers'] | undefined, now: Followed['containers']): boolean =>
  before === now ||
  (before?.length === now.length && now.every(({ cgroup }, index) => cgroup === before[index]?.cgroup))

/** Cgroups of containers, or the files of theirs that tell; and all that these are below. */
interface Places {
  readonly above: ReadonlySet<string>
  readonly own: ReadonlySet<string>
}

function placesOf(roots: readonly Root[], containers: Followed['containers']): Places {
  const above = new Set<string>(roots.map(({ path }) => path))
  const own = new Set<string>()
  for (const { path: root, isUnified } of roots) {
    for (const container of containers) {
      const { cgroup } = container
      if (cgroup === null || isForeign(container)) continue
      if (cgroup !== '/') own.add(isUnified ? `${root}${cgroup}/${EVENTS}` : root + cgroup)
      for (let end = cgroup.lastIndexOf('/'); end > 0; end = cgroup.lastIndexOf('/', end - 1)) {
        above.add(root + cgroup.slice(0, end))
      }
    }
  }
  return { above, own }
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
