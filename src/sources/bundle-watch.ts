import { readlink, stat } from 'node:fs/promises'
import { answerOf } from './unanswered.ts'
import type { Followed } from './wake-ups.ts'
import type { WatchSet } from './watch-set.ts'

type FollowedShim = Followed['shims'][number]

/**
 * The directories that bundles are made in, one for each containerd namespace: a bundle is there before its shim, and is
 * renamed and removed when its daemon lets go. They are reached through a shim, since a daemon may live in a mount
 * namespace of its own; that takes the right to follow the shim's cwd.
 */
export class BundleWatch {
  readonly #watches: WatchSet
  readonly #procfs: string
  readonly #wake: () => void
  /** By the shim's key: where its bundle lies; `undefined`: nobody knows. */
  #placeOf = new Map<string, string | undefined>()
  #shims: Followed['shims'] | undefined
  #waiting: FollowedShim[] = []
  #asking: Promise<void> | undefined
  #closed = false

  constructor(watches: WatchSet, procfs: string, wake: () => void) {
    this.#watches = watches
    this.#procfs = procfs
    this.#wake = wake
  }

  follow(shims: Followed['shims']): void {
    if (shims === this.#shims) return
    this.#shims = shims
    const before = this.#placeOf
    this.#waiting.push(...shims.filter(({ key }) => !before.has(key)))
    this.#placeOf = new Map(shims.map(({ key }) => [key, before.get(key)]))
    this.#asking ??= this.#askInTurn()
  }

  /** Resolves when all have been asked for; where a file system does not answer, never. */
  async asked(): Promise<void> {
    await this.#asking
  }

  close(): void {
    this.#closed = true
    this.#waiting = []
  }

  /**
   * A bundle's file system may be dead, and this thread is the clients': so it is asked in another one, and nobody else
   * until it answers, or the dead would soon hold all threads that Node has for this.
   */
  async #askInTurn(): Promise<void> {
    for (let shim = this.#waiting.shift(); shim !== undefined; shim = this.#waiting.shift()) {
      if (!this.#placeOf.has(shim.key)) continue
      const place = await this.#watchBeside(shim)
      if (this.#placeOf.has(shim.key)) this.#placeOf.set(shim.key, place)
    }
    this.#asking = undefined
  }

  /** A watch holds the directory itself, and outlives the shim that led there. So it stays: the next bundle comes there. */
  async #watchBeside({ pid, bundle, bundleDeleted }: FollowedShim): Promise<string | undefined> {
    if (bundle === null || bundleDeleted === true) return undefined
    try {
      const cwd = `${this.#procfs}/${pid}/cwd`
      if ((await answerOf(readlink(cwd))) !== bundle) return undefined
      const { dev, ino } = await answerOf(stat(`${cwd}/..`))
      if (this.#closed) return undefined
      const place = `${dev}:${ino}`
      if (!this.#watches.has(place)) this.#makeRoom()
      this.#watches.add(place, `${cwd}/..`, () => this.#wake())
      return place
    } catch {
      return undefined // denied or gone: the cgroups and the timer tell
    }
  }

  #makeRoom(): void {
    if (this.#watches.size < MOST_PLACES) return
    const inUse = new Set(this.#placeOf.values())
    for (const place of this.#watches.names()) if (!inUse.has(place)) this.#watches.drop(place)
  }
}

/** containerd namespaces of all daemons of a node; there are one or two. */
export const MOST_PLACES = 64
