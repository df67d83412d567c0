import { isDead } from '../core/model/process.ts'
import type { Read, Remembered } from './collect-processes.ts'

/** A node has now a few more processes, now a few less. */
const SPARE_PLACES = 256

/**
 * The processes of one pass, in the order of their pids: those that were read, and those that were taken for granted.
 * Where nothing is new, nothing is made anew. One serves all passes, as a `Tally` does.
 */
export class Looks {
  #pids: Int32Array = new Int32Array()
  #before: readonly (Remembered | undefined)[] = []
  #isShifted = false
  #found: (Remembered | undefined)[] | undefined
  #wasRead = new Uint8Array()
  /** Pids whose process ended, reaped or not, or is another one now: whoever has such a parent has another. */
  readonly #lost = new Set<number>()
  /** Parents of those that are new or have a new parent, and the parents that these had. */
  readonly #parents = new Set<number>()
  #unreadable = 0

  /**
   * @param before what is known of each of the pids
   * @param isShifted whether somebody has another place in it than in the list of the last pass
   */
  begin(
    pids: Int32Array,
    before: readonly (Remembered | undefined)[],
    lost: readonly number[],
    isShifted: boolean,
  ): void {
    this.#pids = pids
    this.#before = before
    this.#isShifted = isShifted
    this.#found = undefined
    if (this.#wasRead.length < pids.length) this.#wasRead = new Uint8Array(pids.length + SPARE_PLACES)
    else this.#wasRead.fill(0)
    this.#lost.clear()
    for (const pid of lost) this.#lost.add(pid)
    this.#parents.clear()
    this.#unreadable = 0
  }

  /** Processes that are there and could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** What was read of the one at this place. */
  add(at: number, read: Read): void {
    this.#wasRead[at] = 1
    if (read === 'unreadable') this.#unreadable += 1
    const before = this.#before[at]
    const found = typeof read === 'string' ? undefined : read
    if (found !== before) {
      this.#found ??= [...this.#before]
      this.#found[at] = found
    }
    const now = found?.process
    const then = before?.process
    const isSameProcess = then?.key === now?.key
    if (then !== undefined && (!isSameProcess || (now !== undefined && isDead(now) && !isDead(then))))
      this.#lost.add(this.#pids[at] as number)
    if (now === undefined || (isSameProcess && then?.ppid === now.ppid)) return
    this.#parents.add(now.ppid)
    // Nobody is given another parent while its own lives.
    if (isSameProcess && then !== undefined) this.#parents.add(then.ppid)
  }

  /** Reads those again that were taken for granted and that something speaks against. */
  resolve(readAgain: (known: Remembered) => Read): void {
    let seen = 0
    while (this.#parents.size > 0 || this.#lost.size > seen) {
      const parents = [...this.#parents]
      this.#parents.clear()
      for (const pid of parents) this.#check(indexOf(this.#pids, pid), readAgain)
      if (this.#lost.size === seen) continue
      seen = this.#lost.size
      for (let at = 0; at < this.#before.length; at += 1) {
        const before = this.#before[at]
        if (before !== undefined && this.#lost.has(before.process.ppid)) this.#check(at, readAgain)
      }
    }
  }

  /** The list that was given where nothing in it changed, and never more than one new one: they are long. */
  remembered(): readonly Remembered[] {
    if (this.#found === undefined && !this.#isShifted) return this.#before as readonly Remembered[]
    const found = this.#found ?? [...this.#before]
    let count = 0
    for (const each of found) if (each !== undefined) found[count++] = each
    found.length = count
    return found as readonly Remembered[]
  }

  #check(at: number, readAgain: (known: Remembered) => Read): void {
    const known = this.#before[at]
    if (known !== undefined && this.#wasRead[at] === 0) this.add(at, readAgain(known))
  }
}

/** @returns -1 where it is not there. */
function indexOf(sorted: Int32Array, pid: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < pid) low = middle + 1
    else high = middle
  }
  return sorted[low] === pid ? low : -1
}
