/** A busy machine is late, or takes long, by less. */
export const TOO_LATE_MS = 10_000
const LATE_INTERVALS = 5

/**
 * A clock that stands still while nobody looked: this process was stopped (SIGSTOP, a frozen cgroup, a machine that was
 * paused). Of such a gap no more than an interval counts, as if it had not been there.
 */
export class WatchedTime {
  readonly #intervalMs: number
  #atMs: number | undefined
  #watchedMs = 0

  /** @param intervalMs between two looks, as they are meant to be */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** @param nowMs of a monotonic clock, when a look begins. @returns ms that were watched before it. */
  at(nowMs: number): number {
    const gapMs = nowMs - (this.#atMs ?? nowMs)
    this.#atMs = nowMs
    this.#watchedMs += this.#isAbsence(gapMs) ? this.#intervalMs : gapMs
    return this.#watchedMs
  }

  /** Whether a look that begins now is the first one for too long. */
  wasAway(nowMs: number): boolean {
    return this.#atMs !== undefined && this.#isAbsence(nowMs - this.#atMs)
  }

  #isAbsence(gapMs: number): boolean {
    return gapMs > Math.max(TOO_LATE_MS, LATE_INTERVALS * this.#intervalMs)
  }
}
