/**
 * In how many passes a fact is read anew where nothing points at it: so many passes old it may be. The README has the
 * table.
 */
export interface Rhythm {
  /** `stat` of everybody: state, parent, name, and whether the pid is another process's by now. */
  readonly stat: number
  /**
   * The same where the kernel announces programs, names and ends: what is left is a process that stops or is blocked, or
   * that is put into another process group, and names of the kernel's own workers.
   */
  readonly unannounced: number
  /** The list of all processes, where the kernel announces who comes and who goes. */
  readonly list: number
  /** `cgroup` and `cmdline`, which change with an exec or not at all, once a process has settled. */
  readonly texts: number
  /** Of keepers and the first processes of containers, all but `stat`; bundles, connections and freezers; zombies. */
  readonly keepers: number
  /** How long a process takes at most to become the program that it was started for, and to be put into its cgroup. */
  readonly settlingMs: number
  /** What the first process of a container waits for. */
  readonly waits: number
  /** Whether each has a turn of its own, so that no pass is dearer than the others. */
  readonly isSpread: boolean
}

/** Everything in every pass; what a process waits for takes one more file, and is asked only now and then. */
export const everyPass: Rhythm = {
  stat: 1,
  unannounced: 1,
  list: 1,
  texts: 1,
  keepers: 1,
  settlingMs: 0,
  waits: 15,
  isSpread: false,
}

/** The daemon's: at an interval of 2 s, everybody's state is at the most 20 s old, a keeper's is of the pass. */
export function inTurns(intervalMs: number): Rhythm {
  const turns = (most: number, seconds: number) =>
    Math.max(1, Math.min(most, Math.floor((seconds * 1_000) / intervalMs)))
  const keepers = turns(5, 10)
  // So each is read at the age of a second or later.
  const settlingMs = intervalMs + 1_000
  const stat = turns(10, 20)
  return {
    stat,
    // A multiple: nobody's turn is further away when it becomes rarer.
    unannounced: 3 * stat,
    list: turns(5, 10),
    texts: turns(60, 120),
    keepers,
    settlingMs,
    waits: 3 * keepers,
    isSpread: true,
  }
}

/** Whether it is the turn of a number in a pass. Neighbours have different turns, however they are spaced. */
export const isTurn = (number: number, turns: number, { rhythm, pass }: Beat): boolean =>
  turns === 1 || ((rhythm.isSpread ? Math.imul(number, SCATTER) >>> 8 : 0) + pass - 1) % turns === 0

interface Beat {
  readonly rhythm: Rhythm
  /** Of this pass; the first is 1. */
  readonly pass: number
}

/** 2^32 divided by the golden ratio. Knuth, The Art of Computer Programming 3, 6.4 */
const SCATTER = 0x9e3779b1
