import type { RateLimit } from './door.ts'

/** A token bucket: a burst at once, and one more after each interval. */
export class Bucket {
  readonly #limit: RateLimit
  #tokens: number
  #atMs: number

  constructor(limit: RateLimit, nowMs: number) {
    this.#limit = limit
    this.#tokens = limit.burst
    this.#atMs = nowMs
  }

  /** Whether there is one to be had; it is then taken. */
  take(nowMs: number): boolean {
    this.#fill(nowMs)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Nobody has taken any for so long that it is as good as new. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens >= this.#limit.burst
  }

  #fill(nowMs: number): void {
    const { intervalMs, burst } = this.#limit
    // A clock that was set back fills nothing, and takes nothing away.
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, nowMs - this.#atMs) / intervalMs)
    this.#atMs = nowMs
  }
}

/** As many addresses as are remembered; beyond them the least lately seen is forgotten. */
const MOST_ADDRESSES = 4_096

/** A bucket for each address, so that one client does not use up what belongs to the others. */
export function bucketsByAddress(limit: RateLimit): (address: string, nowMs: number) => boolean {
  const buckets = new Map<string, Bucket>()
  return (address, nowMs) => {
    const bucket = buckets.get(address) ?? new Bucket(limit, nowMs)
    buckets.delete(address)
    buckets.set(address, bucket)
    for (const [oldest, idle] of buckets) {
      if (buckets.size <= MOST_ADDRESSES && !(oldest !== address && idle.isFull(nowMs))) break
      buckets.delete(oldest)
    }
    return bucket.take(nowMs)
  }
}
