import { isEnding, type ProcessSample } from '../core/model/process.ts'
import { type Attention, isWatched } from './attention.ts'
import type { Remembered } from './collect-processes.ts'
import { isTurn } from './rhythm.ts'
import type { RollCall } from './roll.ts'

/** Bits of a process's mark. */
const UNCLEAR = 1
const KEEPER = 2
const WATCHED = 4
const ENDING = 8

/**
 * How much of each process is read in a pass. Of ten thousand processes a pass reads a tenth: the others must not cost a
 * look at their objects either, so that what decides lies side by side in memory.
 */
export class Duties {
  readonly #pids: Int32Array
  readonly #born: Float64Array
  readonly #marks: Uint8Array
  readonly #known: readonly Remembered[]
  readonly #wanted: Attention['wanted']

  /** @param before those of the last pass: most processes are the same. */
  constructor(known: readonly Remembered[], wanted: Attention['wanted'], before?: Duties) {
    this.#known = known
    this.#wanted = wanted
    this.#pids = new Int32Array(known.length)
    this.#born = new Float64Array(known.length)
    this.#marks = new Uint8Array(known.length)
    const earlier = before !== undefined && before.#wanted === wanted ? before : undefined
    let from = 0
    for (let at = 0; at < known.length; at += 1) {
      const one = known[at] as Remembered
      this.#pids[at] = one.pid
      this.#born[at] = one.process.startTicks
      while (earlier !== undefined && (earlier.#pids[from] ?? one.pid) < one.pid) from += 1
      this.#marks[at] =
        earlier !== undefined && earlier.#known[from] === one ? (earlier.#marks[from] as number) : markOf(one, wanted)
    }
  }

  /** Of the processes that it was made of, in their order. */
  get pids(): Int32Array {
    return this.#pids
  }

  isOf(known: readonly Remembered[], wanted: Attention['wanted']): boolean {
    return known === this.#known && wanted === this.#wanted
  }

  /** Whether the process at this place has ended, or is about to. */
  isEnding(at: number): boolean {
    return ((this.#marks[at] as number) & ENDING) !== 0
  }

  /** Whether the one at this place is read in every pass. */
  isWatched(at: number): boolean {
    return ((this.#marks[at] as number) & WATCHED) !== 0
  }

  /**
   * @param at the place of a process in the list that this was made of
   * @param call whether its programs, names and end would have been announced, and whether it is listed
   */
  lookAt(
    at: number,
    attention: Attention,
    { isHeard, isListed }: Pick<RollCall, 'isHeard' | 'isListed'>,
  ): 'all' | 'stat' | 'none' {
    const { rhythm, concern, look } = attention
    const pid = this.#pids[at] as number
    const mark = this.#marks[at] as number
    const born = this.#born[at] as number
    const isYoung = born >= attention.youngSinceTicks
    if (born >= attention.newSinceTicks || (isYoung && (mark & KEEPER) !== 0)) return 'all'
    if ((mark & UNCLEAR) !== 0 || isTurn(pid, rhythm.texts, attention)) return 'all'
    if (concern.size > 0 && concern.has(pid)) return 'all'
    // Nothing tells when somebody is reaped, but that he is not listed.
    if (!isListed && (mark & ENDING) !== 0) return 'stat'
    const stat = isHeard ? rhythm.unannounced : rhythm.stat
    if ((isYoung && !isHeard) || (mark & WATCHED) !== 0 || isTurn(pid, stat, attention)) return 'stat'
    if ((mark & KEEPER) === 0) return 'none'
    return look === 'closely' || isTurn(pid, rhythm.keepers, attention) ? 'stat' : 'none'
  }
}

function markOf({ pid, process }: Remembered, wanted: Attention['wanted']): number {
  const want = wanted.get(pid)
  return (
    (isUnclear(process) ? UNCLEAR : 0) |
    (want === undefined ? 0 : KEEPER) |
    (want !== undefined && isWatched(want.interest) ? WATCHED : 0) |
    (isEnding(process) ? ENDING : 0)
  )
}

/** It shows no name or no place: it may be anybody, and may be let go or let us in at any time. */
const isUnclear = ({ argv, cgroup, kernelThread }: ProcessSample): boolean =>
  argv.kind !== 'known' || (cgroup.kind !== 'known' && !kernelThread)
