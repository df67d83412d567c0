import type { CgroupMembership } from '../core/model/process.ts'
import { known, mapReading, type Reading } from '../core/model/reading.ts'
import { parseCgroup } from '../core/procfs/cgroup.ts'

/** What a cgroup file held, to the byte, and what it says. */
export interface CgroupText {
  readonly bytes: Buffer
  readonly membership: Reading<CgroupMembership>
}

/** Containers come and go; what they left is dropped now and then, all at once. */
const MOST_TEXTS = 8_192

/** Processes of one container, and often all of a node's services, share the text of their cgroup file. */
export class CgroupTexts {
  #known = new Map<string, CgroupText>()
  #latest: CgroupText | undefined

  of(bytes: Buffer): CgroupText {
    // Processes of one container stand beside each other.
    if (this.#latest?.bytes.equals(bytes) !== true) this.#latest = this.#find(bytes)
    return this.#latest
  }

  #find(bytes: Buffer): CgroupText {
    const text = bytes.toString('utf8')
    let found = this.#known.get(text)
    if (found === undefined) {
      if (this.#known.size >= MOST_TEXTS) this.#known = new Map()
      found = { bytes: Buffer.from(bytes), membership: mapReading(known(text), parseCgroup) }
      this.#known.set(text, found)
    }
    return found
  }
}
