import { expect, test } from 'vitest'
import { diff } from '../../../src/core/snapshot/diff.ts'
import { thick, thin } from '../../../src/core/snapshot/patch.ts'
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
