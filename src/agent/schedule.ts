import type { News } from '../sources/wake-ups.ts'

/** What begins a pass. */
export type Begun = 'timer' | 'wake-up'

/** Of one core, what passes begun by wake-ups may take in the long run: the cost of the last ones sets the gap. */
const SHARE = 0.1
/** What they may take at once, in ms of CPU: a pod that starts is a handful of events, and then it is quiet. */
const MOST_CREDIT_MS = 400
/** Between two passes, whatever they cost. */
const GAP_MS: Readonly<Record<News, number>> = { done: 2, turned: 2, 'more-to-come': 10, hint: 10 }
/** Events come in clusters, a cgroup and then its first process: one pass is for both. */
const SETTLE_MS: Readonly<Record<News, number>> = { done: 0, turned: 0, 'more-to-come': 3, hint: 3 }
/** What must be left of the credit: half of it stays for what will not be told again, or has not been looked at once. */
const LEAST_CREDIT_MS: Readonly<Record<News, number>> = {
  done: 0,
  turned: 0,
  'more-to-come': 0,
  hint: MOST_CREDIT_MS / 2,
}
const urgency: Readonly<Record<News, number>> = { done: 3, turned: 2, 'more-to-come': 1, hint: 0 }
const MORE_AFTER_MS = [20, 60, 200, 500]
/**
 * Looks after the last event. Nothing tells of what follows it without an event: a created container whose program is
 * executed, a shim that goes a moment after its bundle. Where those are told too, little else remains.
 */
const AFTER_MS: Readonly<Record<News, readonly number[]>> = {
  done: [],
  turned: MORE_AFTER_MS,
  'more-to-come': MORE_AFTER_MS,
  hint: [75, 500],
}
/** Further looks while something is visibly on its way, on a machine that is busy. */
const LATER_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000]

/** When passes begin: by the timer at the latest, sooner after a wake-up, and never so often that the node notices. */
export class Schedule {
  #credit = MOST_CREDIT_MS
  #creditAtMs: number
  #endedMs: number
  #beganMs: number
  /** By when the first of the wake-ups is to be answered that no pass has answered, and the most pressing of them. */
  #answerByMs: number | undefined
  #news: News = 'hint'
  #after: readonly number[] = []
  #later: readonly number[] = []
  #isPostponed = false
  #wasPostponed = false
  #isUnsettled = false
  #passes = 0
  #postponed = 0

  /** @param nowMs here and below of one monotonic clock */
  constructor(nowMs: number) {
    this.#creditAtMs = nowMs
    this.#endedMs = nowMs
    this.#beganMs = nowMs
  }

  /** Passes begun by wake-ups, and how many of these had to wait for the budget. */
  get counts(): { readonly passes: number; readonly postponed: number } {
    return { passes: this.#passes, postponed: this.#postponed }
  }

  /** @returns whether the next pass may now be due sooner. */
  wake(nowMs: number, news: News = 'more-to-come'): boolean {
    if (AFTER_MS[news].length > 0) this.#after = AFTER_MS[news].map((ms) => nowMs + ms)
    this.#later = LATER_MS.map((ms) => nowMs + ms)
    if (this.#answerByMs !== undefined && urgency[news] <= urgency[this.#news]) return false
    this.#answerByMs = Math.min(this.#answerByMs ?? Number.POSITIVE_INFINITY, nowMs + SETTLE_MS[news])
    this.#news = news
    return true
  }

  /** When the next pass is to begin, and why then. */
  next(timerAtMs: number): { readonly atMs: number; readonly why: Begun } {
    const earliestMs = this.#endedMs + GAP_MS['more-to-come']
    const woken =
      this.#answerByMs === undefined ? undefined : Math.max(this.#answerByMs, this.#endedMs + GAP_MS[this.#news])
    const answerAtMs =
      woken === undefined ? Number.POSITIVE_INFINITY : Math.max(woken, this.#whenCredit(LEAST_CREDIT_MS[this.#news]))
    this.#isPostponed = woken !== undefined && answerAtMs > woken
    const [after = this.#isUnsettled ? this.#later[0] : undefined] = this.#after
    const againAtMs =
      after === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(after, earliestMs, this.#whenCredit(LEAST_CREDIT_MS.hint))
    const atMs = Math.min(answerAtMs, againAtMs)
    return atMs < timerAtMs ? { atMs, why: 'wake-up' } : { atMs: timerAtMs, why: 'timer' }
  }

  /** What has happened until now will be seen; what happens from now on may not be. */
  began(nowMs: number, why: Begun): void {
    this.#wasPostponed = this.#isPostponed && why === 'wake-up'
    this.#beganMs = nowMs
    this.#answerByMs = undefined
    this.#news = 'hint'
    this.#after = this.#after.filter((atMs) => atMs > nowMs)
    this.#later = this.#later.filter((atMs) => atMs > nowMs)
  }

  /**
   * @param state of what was seen: whether something was on its way to be another thing.
   * @param cpuMs what the pass took of the processor. On a busy node that is far less than the time that went by.
   */
  ended(nowMs: number, why: Begun, state: 'settled' | 'unsettled' = 'settled', cpuMs = nowMs - this.#beganMs): void {
    if (why === 'wake-up') this.#passes += 1
    if (this.#wasPostponed) this.#postponed += 1
    this.#isUnsettled = state === 'unsettled'
    this.#credit = this.#creditAt(nowMs) - (why === 'wake-up' ? Math.min(cpuMs, nowMs - this.#beganMs) : 0)
    this.#creditAtMs = nowMs
    this.#endedMs = nowMs
  }

  #creditAt(nowMs: number): number {
    return Math.min(MOST_CREDIT_MS, this.#credit + (nowMs - this.#creditAtMs) * SHARE)
  }

  #whenCredit(least: number): number {
    return this.#creditAtMs + Math.max(0, least - this.#credit) / SHARE
  }
}
