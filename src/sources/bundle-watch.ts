import { readlinkSync, statSync } from 'node:fs'
import type { Followed } from './wake-ups.ts'
import type { WatchSet } from './watch-set.ts'

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

  constructor(watches: WatchSet, procfs: string, wake: () => void) {
    this.#watches = watches
    this.#procfs = procfs
    this.#wake = wake
  }

  follow(shims: Followed['shims']): void {
    if (shims === this.#shims) return
    this.#shims = shims
    const before = this.#placeOf
    this.#placeOf = new Map(
      shims.map((shim) => [shim.key, before.has(shim.key) ? before.get(shim.key) : this.#watchBeside(shim)]),
    )
  }

  /** A watch holds the directory itself, and outlives the shim that led there. So it stays: the next bundle comes there. */
  #watchBeside({ pid, bundle, bundleDeleted }: Followed['shims'][number]): string | undefined {
    if (bundle === null || bundleDeleted === true) return undefined
    try {
      const cwd = `${this.#procfs}/${pid}/cwd`
      if (readlinkSync(cwd) !== bundle) return undefined
      const { dev, ino } = statSync(`${cwd}/..`)
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
