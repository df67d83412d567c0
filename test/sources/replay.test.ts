import { expect, test } from 'vitest'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import { laterArchive, paceOf, REST_MS, roundAndRound } from '../../src/sources/replay.ts'

const { moments } = parseRecording(
  Buffer.from(`== 2026-09-01T03:12:00.000Z ==
-- /proc/uptime --
100.00 90.00
== 2026-09-01T03:12:05.000Z ==
-- /proc/uptime --
105.00 95.00
`),
)
const uptimeOf = (moment: (typeof moments)[number]) => {
  const entry = moment.entries.get('/proc/uptime')
  return entry?.kind === 'file' ? entry.bytes.toString() : undefined
}

test('a recording goes round, and time goes on', () => {
  const played = roundAndRound(moments, laterArchive)
  const seen = Array.from({ length: 5 }, () => played.next().value)
  expect(seen.map(({ takenAtMs }) => takenAtMs - (seen[0]?.takenAtMs ?? 0))).toEqual([0, 5_000, 15_000, 20_000, 30_000])
  expect(seen.map(uptimeOf)).toEqual([
    '100.00 90.00\n',
    '105.00 95.00\n',
    '115.00 0.00\n',
    '120.00 0.00\n',
    '130.00 0.00\n',
  ])
})

test('at its own pace, or faster', () => {
  const pace = paceOf(moments, 2)
  expect([pace(), pace(), pace()]).toEqual([2_500, REST_MS / 2, 2_500])
})

test('a clock that was set back makes no hurry', () => {
  expect(paceOf([...moments].reverse(), 1)()).toBe(0)
})

test('there must be something to play', () => {
  expect(() => roundAndRound([], laterArchive).next()).toThrow(/without a moment/)
})
