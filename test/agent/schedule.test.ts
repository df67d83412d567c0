import { expect, it } from 'vitest'
import { Schedule } from '../../src/agent/schedule.ts'

interface Pass {
  readonly atMs: number
  readonly why: 'timer' | 'wake-up'
}

/** Plays a loop over given wake-ups, by a clock that stands wherever something is due. */
function play(options: {
  wakes: readonly number[]
  passMs: number
  /** What a pass took of the processor; all of its time unless told. */
  cpuMs?: number
  intervalMs: number
  untilMs: number
  state?: 'unsettled'
}): {
  passes: Pass[]
  schedule: Schedule
} {
  const schedule = new Schedule(0)
  const wakes = [...options.wakes]
  const passes: Pass[] = []
  let why: Pass['why'] = 'timer'
  let nowMs = 0
  while (nowMs < options.untilMs) {
    schedule.began(nowMs, why)
    passes.push({ atMs: nowMs, why })
    const timerAtMs = nowMs + options.intervalMs
    const endMs = nowMs + options.passMs
    hear(endMs)
    schedule.ended(endMs, why, options.state, options.cpuMs)
    for (;;) {
      const next = schedule.next(timerAtMs)
      const [wake = Number.POSITIVE_INFINITY] = wakes
      if (wake > next.atMs) {
        nowMs = Math.max(endMs, next.atMs)
        why = next.why
        break
      }
      hear(wake)
    }
  }
  return { passes, schedule }

  function hear(untilMs: number) {
    while ((wakes[0] ?? Number.POSITIVE_INFINITY) <= untilMs) schedule.wake(wakes.shift() ?? 0)
  }
}

const woken = (passes: readonly Pass[]) => passes.filter(({ why }) => why === 'wake-up').map(({ atMs }) => atMs)

it('without a wake-up passes begin by the timer alone', () => {
  const { passes, schedule } = play({ wakes: [], passMs: 5, intervalMs: 2_000, untilMs: 6_001 })
  expect(passes.map(({ atMs }) => atMs)).toEqual([0, 2_000, 4_000, 6_000])
  expect(schedule.counts).toEqual({ passes: 0, postponed: 0 })
})

it('what is over is answered at once and not looked at again; a hint waits for half of the credit', () => {
  const schedule = new Schedule(0)
  const pass = (nowMs: number, costMs: number) => {
    schedule.began(nowMs, 'wake-up')
    schedule.ended(nowMs + costMs, 'wake-up', 'settled', costMs)
  }
  pass(0, 0)
  schedule.wake(100, 'hint')
  expect(schedule.next(60_000)).toEqual({ atMs: 103, why: 'wake-up' })
  schedule.wake(101, 'done')
  expect(schedule.next(60_000)).toEqual({ atMs: 101, why: 'wake-up' })
  expect(schedule.wake(102, 'hint')).toBe(false)
  // Of 400 ms, 350 are spent: a tenth of a core gives them back.
  pass(110, 350)
  schedule.wake(1_000, 'hint')
  expect(schedule.next(60_000).atMs).toBe(460 + 1_500)
  schedule.wake(1_001, 'done')
  expect(schedule.next(60_000).atMs).toBe(1_001)
  pass(1_001, 0)
  schedule.wake(1_100, 'done')
  expect(schedule.next(60_000).atMs).toBe(1_100)
})

it('what has turned is answered at once, and a few looks follow it', () => {
  const schedule = new Schedule(0)
  schedule.wake(100, 'more-to-come')
  expect(schedule.next(60_000).atMs).toBe(103)
  schedule.wake(101, 'turned')
  expect(schedule.next(60_000)).toEqual({ atMs: 101, why: 'wake-up' })
  schedule.began(101, 'wake-up')
  schedule.ended(106, 'wake-up')
  expect(schedule.next(60_000).atMs).toBe(121)
  schedule.wake(107, 'turned')
  expect(schedule.next(60_000).atMs).toBe(108)
})

it('a wake-up begins a pass at once, and a few looks follow it', () => {
  const { passes, schedule } = play({ wakes: [1_000], passMs: 5, intervalMs: 60_000, untilMs: 61_501 })
  const [first = 0, ...after] = woken(passes)
  expect(first - 1_000).toBeLessThanOrEqual(5)
  expect(after).toEqual([1_020, 1_060, 1_200, 1_500])
  expect(schedule.counts).toEqual({ passes: 5, postponed: 0 })
  // The timer counts from the last pass.
  expect(passes.at(-1)).toEqual({ atMs: 61_500, why: 'timer' })
})

it('while something is on its way there are further looks, and an end to them', () => {
  const { passes } = play({ wakes: [1_000], passMs: 5, intervalMs: 60_000, untilMs: 50_000, state: 'unsettled' })
  expect(woken(passes).slice(5)).toEqual([2_000, 3_000, 5_000, 9_000])
})

it('a burst is answered by one pass at its begin and one after its end', () => {
  const burst = Array.from({ length: 500 }, (_, n) => 1_000 + n / 100)
  const { passes } = play({ wakes: burst, passMs: 8, intervalMs: 60_000, untilMs: 1_500 })
  const [first = 0, second = 0] = woken(passes)
  expect(first).toBe(1_003)
  expect(second).toBe(1_021)
  expect(woken(passes).length).toBeLessThanOrEqual(6)
})

it('what happens during a pass is looked at by the next one', () => {
  const { passes } = play({ wakes: [1_000, 1_050], passMs: 100, intervalMs: 60_000, untilMs: 1_200 })
  expect(woken(passes)).toContain(1_113)
})

it.each([1, 5, 40, 400])('passes of %d ms take a tenth of a core at most, however much happens', (passMs) => {
  const wakes = Array.from({ length: 120_000 }, (_, n) => n)
  const { passes, schedule } = play({ wakes, passMs, intervalMs: 600_000, untilMs: 120_000 })
  const spentMs = woken(passes).length * passMs
  expect(spentMs).toBeLessThanOrEqual(0.1 * 120_000 + 400 + passMs)
  if (passMs >= 5) expect(schedule.counts.postponed).toBeGreaterThan(0)
  // And it goes on looking.
  expect(woken(passes).at(-1)).toBeGreaterThan(110_000)
})

it('a long pass leaves the next one to the timer, which no budget holds', () => {
  const wakes = Array.from({ length: 60_000 }, (_, n) => n)
  const { passes } = play({ wakes, passMs: 400, intervalMs: 2_000, untilMs: 60_000 })
  const gaps = passes.slice(1).map(({ atMs }, n) => atMs - (passes[n]?.atMs ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000)
})

it('on a busy node a pass that mostly waited for the processor is not held against the next one', () => {
  const wakes = Array.from({ length: 120_000 }, (_, n) => n)
  const often = (cpuMs: number) =>
    woken(play({ wakes, passMs: 100, cpuMs, intervalMs: 600_000, untilMs: 120_000 }).passes).length
  expect(often(10)).toBeGreaterThan(6 * often(100))
  // Clients were served meanwhile, by other threads: that is none of the pass.
  expect(often(500)).toBe(often(100))
})
