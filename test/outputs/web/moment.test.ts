import { expect, test } from 'vitest'
import { momentText, pastText, typedMoment } from '../../../src/outputs/web/page/moment.ts'

const at = new Date(2026, 10, 21, 3, 12, 5).getTime()
const later = new Date(2026, 10, 21, 7, 30, 0).getTime()

test('a moment by the clock on the wall, and how long ago it was', () => {
  expect(momentText(at)).toBe('2026-11-21 03:12:05')
  expect(pastText(at, later)).toBe('2026-11-21 03:12:05 (4 h ago)')
})

test('a moment that somebody typed', () => {
  expect(typedMoment(' 03:12:05 ', later)).toBe(at)
  expect(typedMoment('2026-11-21 03:12:05', later)).toBe(at)
  expect(typedMoment(new Date(at).toISOString(), later)).toBe(at)
  expect(typedMoment('-2h', later)).toBe(later - 7_200_000)
  expect(typedMoment('tea time', later)).toMatch(/^That is no time: give 03:12 /)
  expect(typedMoment('2026-11-22', later)).toMatch(/ has not come yet\.$/)
})
