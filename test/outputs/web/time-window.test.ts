import fc from 'fast-check'
import { expect, test } from 'vitest'
import { momentByKey, nextWindow, spans, type TimeWindow, timeStep } from '../../../src/outputs/web/page/time-window.ts'

const hour = 3_600_000
const beginsAtMs = 100 * hour
const nowMs = 124 * hour

test('the present is at the end of the window, whatever one chose', () => {
  const now = { beginsAtMs, nowMs, atMs: undefined }
  expect(nextWindow(undefined, { ...now, spanMs: hour })).toEqual({
    fromMs: nowMs - hour,
    untilMs: nowMs,
    spanMs: hour,
    open: true,
  })
  expect(nextWindow(undefined, { ...now, spanMs: undefined })).toMatchObject({ fromMs: beginsAtMs, untilMs: nowMs })
  // There is no more than there is.
  expect(nextWindow(undefined, { ...now, spanMs: 99 * hour })).toMatchObject({ fromMs: beginsAtMs })
})

test('in the past it stands still while time goes on, and moves only to what is not in it', () => {
  const facts = { beginsAtMs, nowMs, spanMs: hour }
  const first = nextWindow(undefined, { ...facts, atMs: 110 * hour })
  expect(first).toEqual({ fromMs: 109.5 * hour, untilMs: 110.5 * hour, spanMs: hour, open: false })
  expect(nextWindow(first, { ...facts, nowMs: nowMs + hour, atMs: 110.4 * hour })).toBe(first)
  expect(nextWindow(first, { ...facts, atMs: 100.1 * hour })).toMatchObject({ fromMs: beginsAtMs })
  expect(nextWindow(first, { ...facts, atMs: 123.9 * hour })).toMatchObject({ untilMs: nowMs, open: true })
  expect(nextWindow(first, { ...facts, atMs: undefined })).toMatchObject({ untilMs: nowMs, open: true })
  // Another choice is another window around the same moment.
  expect(nextWindow(first, { ...facts, spanMs: 6 * hour, atMs: 110 * hour })).toMatchObject({ fromMs: 107 * hour })
})

test('the moment is in the window, and the window in time', () => {
  const ms = fc.integer({ min: 0, max: 200 * hour })
  const span = fc.constantFrom(...spans.map((one) => one.ms))
  fc.assert(
    fc.property(ms, ms, fc.option(ms, { nil: undefined }), span, span, (a, b, at, spanMs, other) => {
      const [begins, now] = [Math.min(a, b), Math.max(a, b)]
      const atMs = at === undefined ? undefined : Math.min(now, Math.max(begins, at))
      const before = nextWindow(undefined, { beginsAtMs: begins, nowMs: now, atMs: begins, spanMs: other })
      const window = nextWindow(before, { beginsAtMs: begins, nowMs: now, atMs, spanMs })
      expect(window.untilMs).toBeGreaterThan(window.fromMs)
      expect(window.untilMs).toBeLessThanOrEqual(now)
      expect(window.fromMs).toBeLessThanOrEqual(atMs ?? now)
      expect(window.untilMs).toBeGreaterThanOrEqual(atMs ?? now)
    }),
  )
})

test('keys go by steps that fit the window, and not out of it', () => {
  const window: TimeWindow = { fromMs: 0, untilMs: hour, spanMs: hour, open: true }
  expect(timeStep(window)).toBe(60_000)
  expect(timeStep({ ...window, untilMs: 600_000 })).toBe(5_000)
  expect(timeStep({ ...window, untilMs: 10_000 })).toBe(1_000)
  expect(momentByKey('ArrowLeft', 1_800_000, window)).toBe(1_740_000)
  expect(momentByKey('ArrowUp', 1_800_000, window)).toBe(1_860_000)
  expect(momentByKey('PageDown', 1_800_000, window)).toBe(1_200_000)
  expect(momentByKey('PageDown', 300_000, window)).toBe(0)
  expect(momentByKey('ArrowRight', hour, window)).toBe(hour)
  expect([momentByKey('Home', 5, window), momentByKey('End', 5, window)]).toEqual([0, hour])
  expect(momentByKey('a', 5, window)).toBeUndefined()
})
