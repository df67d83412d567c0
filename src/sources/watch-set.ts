import { type FSWatcher, watch } from 'node:fs'

export type Heard = (name: string | null) => void

/** Full or forbidden for all directories alike: trying the next one is of no use. inotify_add_watch(2), inotify_init(2) */
const exhausted = new Set(['ENOSPC', 'EMFILE', 'ENOMEM'])
const RETRY_MS = 60_000

export interface WatchSetLimits {
  /** Watches are the kernel's memory, and there are so many for each user. */
  readonly most: number
  /** Events that the kernel keeps for us at most: `fs.inotify.max_queued_events`. */
  readonly queue: number
}

/** Directories that inotify watches, each under a name of the caller's. One that cannot be watched is counted, no more. */
export class WatchSet {
  readonly #limits: WatchSetLimits
  readonly #overflowed: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #refused = new Map<string, number>()
  /** What need not be tried again before this time, by name. */
  readonly #pointless = new Map<string, number>()
  #exhaustedUntilMs = 0
  #burst = 0

  constructor(limits: WatchSetLimits, overflowed: () => void) {
    this.#limits = limits
    this.#overflowed = overflowed
  }

  get size(): number {
    return this.#watchers.size
  }

  get refused(): ReadonlyMap<string, number> {
    return this.#refused
  }

  has(name: string): boolean {
    return this.#watchers.has(name)
  }

  names(): IterableIterator<string> {
    return this.#watchers.keys()
  }

  /** @returns whether it is watched now. One that is not there is not watched, and nothing to count. */
  add(name: string, path: string, heard: Heard): boolean {
    if (this.#watchers.has(name)) return true
    const nowMs = performance.now()
    if (nowMs < this.#exhaustedUntilMs || nowMs < (this.#pointless.get(name) ?? 0)) return false
    if (this.#watchers.size >= this.#limits.most) {
      this.#refuse(name, 'most')
      return false
    }
    try {
      const watcher = watch(path, { persistent: false })
      watcher.on('change', (_, changed) => this.#hear(heard, changed))
      watcher.on('error', (error) => {
        this.drop(name)
        this.#refuse(name, errnoOf(error))
        heard(null)
      })
      this.#watchers.set(name, watcher)
      this.#pointless.delete(name)
      return true
    } catch (error) {
      this.#refuse(name, errnoOf(error))
      return false
    }
  }

  /** It has come into being: what was tried before says nothing about it. */
  addNew(name: string, path: string, heard: Heard): boolean {
    this.#pointless.delete(name)
    return this.add(name, path, heard)
  }

  drop(name: string): void {
    this.#watchers.get(name)?.close()
    this.#watchers.delete(name)
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /**
   * libuv keeps from us that the queue of the kernel ran over (IN_Q_OVERFLOW has no watch, src/unix/linux.c). It can only
   * do so when it is full, and libuv empties it in one turn: who hears half of that in one turn takes it for run over.
   */
  #hear(heard: Heard, changed: string | Buffer | null): void {
    if (this.#burst === 0) setImmediate(() => this.#calm()).unref()
    this.#burst += 1
    heard(changed === null ? null : String(changed))
  }

  #calm(): void {
    const isOverflow = this.#burst >= this.#limits.queue / 2
    this.#burst = 0
    if (isOverflow) this.#overflowed()
  }

  #refuse(name: string, reason: string): void {
    const nowMs = performance.now()
    // What has just vanished, or is not in this hierarchy, is none that was refused.
    if (reason !== 'ENOENT' && reason !== 'ENOTDIR') this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
    if (exhausted.has(reason)) this.#exhaustedUntilMs = nowMs + RETRY_MS
    if (this.#pointless.size >= this.#limits.most) this.#pointless.clear()
    this.#pointless.set(name, nowMs + RETRY_MS)
  }
}

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown'
