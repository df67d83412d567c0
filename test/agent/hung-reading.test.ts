import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LeftAlone, watchReading } from '../../src/agent/hung-reading.ts'
import { ReadingNote } from '../../src/sources/noted.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** After how many seconds it was taken for hung, of a minute and a half. */
function hungAfter(note: ReadingNote, intervalMs: number, second: () => void): number | undefined {
  let hung = false
  const end = watchReading(note, intervalMs, () => {
    hung = true
  })
  for (let seconds = 1; seconds <= 90; seconds += 1) {
    second()
    vi.advanceTimersByTime(1_000)
    if (hung) return seconds
  }
  end()
  return undefined
}

const nothing = () => {}

test('a reading that goes on hangs after five intervals, and after 5 s at least', () => {
  const note = new ReadingNote()
  note.begin('/proc/7/cmdline')
  expect(hungAfter(note, 200, nothing)).toBe(5)
  expect(hungAfter(note, 10_000, nothing)).toBe(50)
})

test('one after the other does not', () => {
  const note = new ReadingNote()
  const next = () => {
    note.end()
    note.begin('/proc/7/cmdline')
  }
  expect(hungAfter(note, 200, next)).toBeUndefined()
})

test('what is made of the readings takes longer, but not for ever', () => {
  const note = new ReadingNote()
  note.begin('/proc/7/cmdline')
  note.end()
  expect(hungAfter(note, 200, nothing)).toBe(60)
})

test('what hung is left alone for a minute, and each time for twice as long, up to an hour', () => {
  const leftAlone = new LeftAlone()
  const minutes = Array.from({ length: 8 }, () => leftAlone.add('/proc/7') / 60_000)
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  expect([...leftAlone.now()]).toEqual(['/proc/7'])
  vi.advanceTimersByTime(3_600_001)
  expect([...leftAlone.now()]).toEqual([])
})
