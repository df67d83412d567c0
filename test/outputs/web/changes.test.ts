import { expect, test } from 'vitest'
import { changedIds } from '../../../src/outputs/web/page/changes.ts'
import { aContainer, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

const before = aSnapshot({ shims: [aShim()], containers: [aContainer()] })

test('the same moment, told again, has not changed', () =>
  expect(changedIds(before, structuredClone(before))).toEqual([]))

test('what is new and what says something else', () => {
  const after = aSnapshot({
    shims: [aShim({ supervision: 'orphaned' }), aShim({ pid: 3 })],
    containers: [aContainer()],
    verdicts: [aVerdict()],
  })
  expect(changedIds(before, after)).toEqual(['shim|3@900', 'shim|4000@900', 'verdict|shim-leaked|4000@900'])
})

test('what is gone is no row to look at', () => expect(changedIds(before, aSnapshot())).toEqual([]))

test('measurements are no news', () =>
  expect(
    changedIds(
      before,
      aSnapshot({ shims: [aShim({ rssBytes: 1, cpuSeconds: 9 })], containers: [aContainer({ processes: 9 })] }),
    ),
  ).toEqual([]))

test('processes: none when they were not asked for before, none that only slept', () => {
  const asked = { ...before, processes: [aProcess({ state: 'R' })] }
  expect(changedIds(before, asked)).toEqual([])
  expect(changedIds(asked, { ...before, processes: [aProcess({ state: 'S' })] })).toEqual([])
  expect(changedIds(asked, { ...before, processes: [aProcess({ state: 'Z' }), aProcess({ pid: 5 })] })).toEqual([
    'process|4010@950',
    'process|5@950',
  ])
})
