import { expect, it } from 'vitest'
import { History } from '../../src/agent/history.ts'
import type { Delta } from '../../src/core/model/event.ts'

/** From `seq - 1` to `seq`, taking away so many containers. */
const delta = (seq: number, removed: number): Delta =>
  ({
    type: 'delta',
    seq,
    previous: seq - 1,
    takenAt: '2026-09-01T03:12:00.000Z',
    pass: undefined,
    changed: { daemons: [], shims: [], containers: [], verdicts: [] },
    removed: { daemons: [], shims: [], containers: Array.from({ length: removed }, (_, at) => `c${at}`), verdicts: [] },
    events: [],
  }) as unknown as Delta

it('resumes from every delta that it still has, and from no other run', () => {
  const history = new History({ mostElements: 100, mostEvents: 10 })
  history.begin('one', 1)
  for (const seq of [2, 3, 4]) history.add(delta(seq, 1))
  expect(history.since('one', 2)?.map(({ seq }) => seq)).toEqual([3, 4])
  expect(history.since('one', 4)).toEqual([])
  expect(history.since('one', 5)).toBeUndefined()
  expect(history.since('two', 2)).toBeUndefined()
})

it('forgets the oldest deltas when all together are too large, however few they are', () => {
  const history = new History({ mostElements: 100, mostEvents: 10 })
  history.begin('one', 1)
  history.add(delta(2, 60))
  history.add(delta(3, 30))
  expect(history.since('one', 1)).toHaveLength(2)
  history.add(delta(4, 60))
  expect(history.since('one', 1)).toBeUndefined()
  expect(history.since('one', 2)?.map(({ seq }) => seq)).toEqual([3, 4])
  // One that is too large by itself: whoever was away gets a snapshot.
  history.add(delta(5, 200))
  expect(history.since('one', 4)).toBeUndefined()
  history.add(delta(6, 1))
  expect(history.since('one', 5)?.map(({ seq }) => seq)).toEqual([6])
})
