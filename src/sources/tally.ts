import type { ReadCounts } from '../core/model/host.ts'
import type { Reading } from '../core/model/reading.ts'

/**
 * Counts the readings of a pass by outcome, and the denied ones by field. One serves all passes: the compiler forgets what it
 * learnt of a kind of object when a collection finds none, and would learn it anew in each pass.
 */
export class Tally {
  #known = 0
  #gone = 0
  #denied = 0
  #malformed = 0
  readonly #deniedFields = new Map<string, number>()

  /** Of a new pass nothing is counted yet. */
  begin(): void {
    this.#known = 0
    this.#gone = 0
    this.#denied = 0
    this.#malformed = 0
    this.#deniedFields.clear()
  }

  count<T>(field: string, reading: Reading<T>): Reading<T> {
    switch (reading.kind) {
      case 'known':
        this.#known += 1
        break
      case 'gone':
        this.#gone += 1
        break
      case 'denied':
        this.#denied += 1
        this.#deniedFields.set(field, (this.#deniedFields.get(field) ?? 0) + 1)
        break
      case 'malformed':
        this.#malformed += 1
        break
      case 'unread':
        break
    }
    return reading
  }

  get reads(): ReadCounts {
    return { known: this.#known, gone: this.#gone, denied: this.#denied, malformed: this.#malformed }
  }

  get denied(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#deniedFields].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
