import type { CgroupMembership } from '../core/model/process.ts'
import { known, mapReading, type Reading } from '../core/model/reading.ts'
import { parseCgroup } from '../core/procfs/cgroup.ts'

/** What a cgroup file held, to the byte, and what it says. */
export interface CgroupText {
  readonly bytes: Buffer
  readonly membership: Reading<CgroupMembership>
}

/** So many more than processes may be kept: on a small node, too, a few do not matter. */
const SPARE_TEXTS = 256

/** Processes of one container, and often all of a node's services, share the text of their cgroup file. */
export class CgroupTexts {
  #known = new Map<string, CgroupText>()
  #latest: CgroupText | undefined

  of(bytes: Buffer): CgroupText {
    // Processes of one container stand beside each other.
    if (this.#latest?.bytes.equals(bytes) !== true) this.#latest = this.#find(bytes)
    return this.#latest
  }

  /** Containers come and go; what they left is dropped now and then, all at once. */
  forget(processes: number): void {
    if (this.#known.size <= processes + SPARE_TEXTS) return
    this.#known = new Map()
    this.#latest = undefined
  }

  #find(bytes: Buffer): CgroupText {
    const text = bytes.toString('utf8')
    let found = this.#known.get(text)
    if (found === undefined) {
      // With memory of its own: it may be kept for long, and a piece of a shared one would keep the others.
      const own = Buffer.allocUnsafeSlow(bytes.length)
      bytes.copy(own)
      found = { bytes: own, membership: mapReading(known(text), parseCgroup) }
      this.#known.set(text, found)
    }
    return found
  }
}
