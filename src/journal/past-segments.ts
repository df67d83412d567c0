import { unlinkSync } from 'node:fs'

/** A segment that is complete. */
export interface PastSegment {
  readonly path: string
  readonly bytes: number
  /** `undefined`: not even its beginning can be read. */
  readonly openedAtMs: number | undefined
}

/** The segments before the one that is being written, the oldest first. What is too much goes with whole files. */
export class PastSegments {
  readonly #limits: { readonly maxBytes: number; readonly maxAgeMs: number }
  #segments: PastSegment[] = []

  constructor(limits: { readonly maxBytes: number; readonly maxAgeMs: number }) {
    this.#limits = limits
  }

  begin(segments: readonly PastSegment[]): void {
    this.#segments = [...segments]
  }

  add(segment: PastSegment): void {
    this.#segments.push(segment)
  }

  get count(): number {
    return this.#segments.length
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get oldestAtMs(): number | undefined {
    return this.#segments.find(({ openedAtMs }) => openedAtMs !== undefined)?.openedAtMs
  }

  /**
   * Makes room for a current segment of `currentBytes`, and removes what ended too long before `nowMs`. Throws what
   * unlink throws.
   *
   * @param currentOpenedAtMs when the last of these segments ended
   */
  prune(nowMs: number, currentBytes: number, currentOpenedAtMs: number): void {
    for (let [oldest, next] = this.#segments; oldest !== undefined; [oldest, next] = this.#segments) {
      const endedAtMs = next === undefined ? currentOpenedAtMs : (next.openedAtMs ?? currentOpenedAtMs)
      const tooOld = nowMs - endedAtMs > this.#limits.maxAgeMs
      if (!tooOld && this.bytes + currentBytes <= this.#limits.maxBytes) return
      try {
        unlinkSync(oldest.path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
      this.#segments.shift()
    }
  }
}
