import type { Attention } from './attention.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** To read so many of those announced one by one costs what it costs to list everybody. */
const LISTED_FOR_ONE = 4

/** Whom the last pass found. */
export interface Known {
  /** In order. */
  readonly pids: Int32Array
  /** Whether the one at this place had ended, or was about to: nothing tells when it is reaped. */
  isEnding(at: number): boolean
}

export interface RollCall {
  /** Of all processes that are there, or were and may have ended since, in order. */
  readonly pids: Int32Array
  /** Of those, or others, to whom something happened, in order. */
  readonly stirred: Int32Array
  /** Whether they were listed: who is not among them has gone, and need not be asked for. */
  readonly isListed: boolean
  /** Whether everything that was announced was heard for as long as it takes to have looked at everybody. */
  readonly isHeard: boolean
}

const nobody = new Int32Array()

/**
 * Who is there. The list of `/proc` tells it, at a cost that grows with the node. Where the kernel announces who begins and
 * who ends, most passes do without: it is those of the pass before, and whoever was announced since. Now and then the two
 * are held against each other.
 */
export class Roll {
  #listedInPass = 0
  /** The first of those passes, up to this one, to which everything was announced. */
  #heardSincePass: number | undefined
  /** Until then announcements are not relied on. */
  #mistrustedUntilPass = 0
  /** Pids that the list showed to have come or gone, without a word of it; and the pass by which there must have been one. */
  readonly #doubts = new Map<number, number>()
  #isUnderWay = false

  /**
   * @param known whom the last pass found
   * @param isPartial whether it could not read some of those that it found
   * @returns `undefined` where it cannot be found out
   */
  call(source: ProcSource, tally: Tally, known: Known, isPartial: boolean, attention: Attention): RollCall | undefined {
    const { pass, rhythm } = attention
    // What was announced to a pass that failed is announced to nobody else.
    const announced = this.#isUnderWay ? undefined : attention.announced
    this.#isUnderWay = true
    if (announced === undefined) this.#doubts.clear()
    else for (const pid of announced) this.#doubts.delete(pid)
    if (announced === undefined || pass <= this.#mistrustedUntilPass) this.#heardSincePass = undefined
    else this.#heardSincePass ??= pass
    const isHeard = this.#heardSincePass !== undefined && pass - this.#heardSincePass >= rhythm.stat
    // Nothing tells when somebody is reaped who ended while nobody listened, and was not looked at since.
    const isComparable = announced !== undefined && isHeard && !isPartial && known.pids.length > 0
    const isTold =
      isComparable && announced.length * LISTED_FOR_ONE < known.pids.length && pass - this.#listedInPass < rhythm.list
    if (isTold) return { pids: union(known.pids, announced), stirred: announced, isListed: false, isHeard }
    const pids = listed(source, tally)
    if (pids === undefined) return undefined
    this.#listedInPass = pass
    if (isComparable) this.#compare(known, announced, pids, attention)
    return { pids, stirred: announced ?? nobody, isListed: true, isHeard }
  }

  /**
   * What was announced has been looked at.
   * @returns how many came or went without a word. From then on the list is what counts, for a while.
   */
  done({ pass, rhythm }: Attention): number {
    this.#isUnderWay = false
    let count = 0
    for (const [pid, dueInPass] of this.#doubts) {
      if (pass < dueInPass) continue
      this.#doubts.delete(pid)
      count += 1
    }
    if (count > 0) this.#mistrustedUntilPass = pass + rhythm.texts
    return count
  }

  /**
   * Of whom came and went by the list nothing may have been said yet: an event is sent a moment after the process that it
   * tells of can be seen, and on a busy node it is a long moment.
   */
  #compare(known: Known, announced: Int32Array, pids: Int32Array, attention: Attention): void {
    const told = new Set(announced)
    const doubt = (pid: number) => {
      if (!told.has(pid) && !this.#doubts.has(pid)) this.#doubts.set(pid, attention.pass + attention.rhythm.stat)
    }
    const missing = (at: number) => {
      if (!known.isEnding(at)) doubt(known.pids[at] as number)
    }
    let from = 0
    for (const pid of pids) {
      for (; from < known.pids.length && (known.pids[from] as number) < pid; from += 1) missing(from)
      if (known.pids[from] === pid) from += 1
      else doubt(pid)
    }
    for (; from < known.pids.length; from += 1) missing(from)
  }
}

/** Of two lists in order; the first of them where the other adds nobody. */
function union(all: Int32Array, some: Int32Array): Int32Array {
  const both = new Int32Array(all.length + some.length)
  let count = 0
  let from = 0
  for (const pid of some) {
    for (; from < all.length && (all[from] as number) < pid; from += 1) both[count++] = all[from] as number
    if (all[from] === pid) continue
    both[count++] = pid
  }
  if (count === from) return all
  for (; from < all.length; from += 1) both[count++] = all[from] as number
  return both.subarray(0, count)
}

/** Ten thousand names, for no longer than it takes to read them: what is kept through a pass grows old, and is dear to collect. */
function listed(source: ProcSource, tally: Tally): Int32Array | undefined {
  const listing = tally.count('proc', source.list('/proc'))
  return listing.kind === 'known' ? pidsIn(listing.value) : undefined
}

/** Beyond any pid, and what an array of them holds. */
const LARGEST = 0x7fffffff

/** In order: sources list by name, and 9 stands behind 10. */
function pidsIn(names: readonly string[]): Int32Array {
  const pids = new Int32Array(names.length)
  let count = 0
  for (const name of names) {
    const first = name.charCodeAt(0)
    if (first < 0x31 || first > 0x39) continue
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid > LARGEST) continue
    pids[count] = pid
    count += 1
  }
  const found = pids.subarray(0, count)
  return isAscending(found) ? found : found.sort()
}

/** The kernel lists processes in this order; a copy of its listing need not. fs/proc/base.c, proc_pid_readdir */
function isAscending(pids: Int32Array): boolean {
  for (let at = 1; at < pids.length; at += 1) if ((pids[at] as number) < (pids[at - 1] as number)) return false
  return true
}
