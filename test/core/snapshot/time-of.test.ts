import { expect, test } from 'vitest'
import { timeOf } from '../../../src/core/snapshot/time-of.ts'

const now = new Date(2026, 10, 21, 9, 30, 0).getTime()

test.each([
  ['03:12', new Date(2026, 10, 21, 3, 12).getTime()],
  ['3:12', new Date(2026, 10, 21, 3, 12).getTime()],
  ['09:30', now],
  ['09:31', new Date(2026, 10, 20, 9, 31).getTime()],
  ['23:59:58', new Date(2026, 10, 20, 23, 59, 58).getTime()],
  ['-2h', now - 7_200_000],
  ['2h', now - 7_200_000],
  ['1.5m', now - 90_000],
  ['7d', now - 7 * 86_400_000],
  ['2026-11-21T03:12:00Z', Date.UTC(2026, 10, 21, 3, 12)],
  ['2026-11-21', Date.UTC(2026, 10, 21)],
])('%s', (text, ms) => {
  expect(timeOf(text, now)).toBe(ms)
})

test.each(['', '24:00', '03:60', '2', 'h', 'yesterday', '2026-13-01', '2026-11-21X', '-', '12', '1e3s', '--2h'])(
  '%j is no time',
  (text) => {
    expect(timeOf(text, now)).toBeUndefined()
  },
)
