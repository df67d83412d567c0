import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diff } from '../../../src/core/snapshot/diff.ts'
import { thick, thin } from '../../../src/core/snapshot/patch.ts'
import { collections } from './support/collections.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from './support/nodes.ts'

const before = aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()], verdicts: [aVerdict()] })
const after = aSnapshot({
  seq: 2,
  daemons: [aDaemon({ addresses: [] })],
  shims: [aShim({ rssBytes: null, daemon: null }), aShim({ pid: 4001 })],
  containers: [aContainer({ pod: null, cpuSeconds: 2 })],
})

test('says of a known element what is new, of a new one everything', () => {
  const delta = diff(before, after)
  if (delta === undefined) throw new Error('nothing changed')
  const { changed, removed } = thin(delta, before)
  expect(changed).toEqual({
    daemons: [[0, { addresses: [] }]],
    shims: [[0, { daemon: null, rssBytes: null }], aShim({ pid: 4001 })],
    containers: [[0, { pod: null, cpuSeconds: 2 }]],
    verdicts: [],
  })
  expect(removed).toEqual({ daemons: [], shims: [], containers: [], verdicts: [0] })
  expect(thick(thin(delta, before), before)).toEqual(delta)
})

test('says of measurements by how many pages and ticks they rose, and where', () => {
  const shims = [1, 2, 3, 4].map((pid) => aShim({ pid, rssBytes: pid * 40_960, cpuSeconds: pid / 10 }))
  const first = aSnapshot({ shims })
  const rose = [
    aShim({ pid: 1, rssBytes: 45_056, cpuSeconds: 0.1 }),
    aShim({ pid: 2, rssBytes: 73_728, cpuSeconds: 0.3 }),
    aShim({ pid: 3, rssBytes: 122_880, cpuSeconds: 0.3, threads: null }),
    aShim({ pid: 4, rssBytes: 167_936, cpuSeconds: 0.55 }),
  ]
  const delta = diff(first, aSnapshot({ seq: 2, shims: rose }))
  if (delta === undefined) throw new Error('nothing changed')
  const told = thin(delta, first)
  expect(told.changed.shims).toEqual([
    [2, { threads: null }],
    { at: [0], by: { rssBytes: [4_096, 1] } },
    { at: [1, 2], by: { rssBytes: [4_096, -2, 1], cpuSeconds: [0.05, 2, 3] } },
  ])
  expect(thick(told, first)).toEqual(delta)
})

/** What /proc may say, and what it should not. */
const measure = fc.oneof(
  fc.constant(null),
  fc.nat(1_000_000).map((ticks) => ticks / 100),
  fc.nat(1_000_000).map((pages) => pages * 4_096),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
)
const measured = fc.tuple(collections, fc.infiniteStream(measure)).map(([made, numbers]) => {
  const next = (): number | null => numbers.next().value
  const shims = made.shims.map((shim) => ({ ...shim, rssBytes: next(), cpuSeconds: next(), threads: next() }))
  const containers = made.containers.map((one) => ({ ...one, rssBytes: next(), cpuSeconds: next() }))
  return { ...made, shims, containers }
})

test('thick(thin(delta)) is the delta, whatever was measured, and after JSON too', () => {
  fc.assert(
    fc.property(measured, measured, (left, right) => {
      const first = aSnapshot(left)
      const delta = diff(first, aSnapshot({ ...right, seq: 2 }))
      if (delta === undefined) return
      const told = thin(delta, first)
      expect(thick(JSON.parse(JSON.stringify(told)), first)).toEqual(JSON.parse(JSON.stringify(delta)))
    }),
    { numRuns: 500 },
  )
})
