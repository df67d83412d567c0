import { expect, test } from 'vitest'
import type { Frame, Hello } from '../../../src/core/model/event.ts'
import { diff } from '../../../src/core/snapshot/diff.ts'
import { receive, type View } from '../../../src/core/snapshot/receive.ts'
import { aContainer, aProcess, aSnapshot } from './support/nodes.ts'
import { present } from './support/present.ts'

const hello = (run = 'run-1'): Hello => ({
  type: 'hello',
  seq: 1,
  takenAt: '2026-11-01T12:00:00.000Z',
  schema: 'shimscope/v1',
  node: 'n',
  bootId: 'b',
  run,
  intervalMs: 1000,
})
const first = aSnapshot({ seq: 1 })
const second = aSnapshot({ seq: 2, containers: [aContainer()] })
const snapshot = (of = first): Frame => ({ type: 'snapshot', seq: of.seq, takenAt: of.takenAt, snapshot: of })
const delta = present(diff(first, second))
const after = (...frames: Frame[]): View | undefined => frames.reduce<View | undefined>(receive, undefined)

test('hello, snapshot, delta, heartbeat', () => {
  const view = after(hello(), snapshot(), delta, { type: 'heartbeat', seq: 2, takenAt: '2026-11-01T12:00:07.000Z' })
  expect(view?.current).toMatchObject({ seq: 2, containers: second.containers, processes: undefined })
  expect(view?.takenAt).toBe('2026-11-01T12:00:07.000Z')
})

test('a delta that does not follow, or nothing to follow from: begin anew', () => {
  expect(after(hello(), snapshot(second), delta)).toBeUndefined()
  expect(after(hello(), delta)).toBeUndefined()
  expect(after(delta)).toBeUndefined()
  expect(after(hello(), snapshot(), { type: 'heartbeat', seq: 9, takenAt: '' })).toBeUndefined()
})

test('a hello of the same run resumes, that of another forgets', () => {
  expect(after(hello(), snapshot(), hello(), delta)?.current?.seq).toBe(2)
  expect(after(hello(), snapshot(), hello('run-2'))?.current).toBeUndefined()
})

test('processes change on their own, under the same seq', () => {
  const one = aProcess({ pid: 1 })
  const two = aProcess({ pid: 2 })
  const nothing = { daemons: [], shims: [], containers: [], verdicts: [] }
  const view = after(hello(), snapshot({ ...first, processes: [one] }), {
    ...delta,
    previous: 1,
    seq: 1,
    changed: { ...nothing, processes: [two] },
    removed: { ...nothing, processes: [one.key] },
    events: [],
  })
  expect(view?.current).toMatchObject({ seq: 1, processes: [two] })
})
