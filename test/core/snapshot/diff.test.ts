import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Collections } from '../../../src/core/model/event.ts'
import { apply } from '../../../src/core/snapshot/apply.ts'
import { diff, diffCollection } from '../../../src/core/snapshot/diff.ts'
import { collections } from './support/collections.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from './support/nodes.ts'
import { present } from './support/present.ts'

const four = ({ daemons, shims, containers, verdicts }: Collections) => ({ daemons, shims, containers, verdicts })

describe('diff and apply', () => {
  test('apply(a, diff(a, b)) is b in the four arrays, sorted by key in code unit order', () => {
    fc.assert(
      fc.property(collections, collections, (left, right) => {
        const a = aSnapshot(left)
        const b = aSnapshot({ ...right, seq: 2 })
        const delta = diff(a, b)
        const result = delta === undefined ? a : apply(a, delta)
        expect(four(result)).toEqual(four(b))
        for (const array of Object.values(four(result))) {
          const keys = array.map(({ key }) => key)
          expect(keys).toEqual([...keys].sort())
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a delta survives JSON', () => {
    fc.assert(
      fc.property(collections, collections, (left, right) => {
        const a = aSnapshot(left)
        const b = aSnapshot({ ...right, seq: 2 })
        const delta = diff(a, b)
        if (delta !== undefined) expect(four(apply(a, JSON.parse(JSON.stringify(delta))))).toEqual(four(b))
      }),
    )
  })

  test('nothing changed, nothing to say, though every object is another', () => {
    const make = () =>
      aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()], verdicts: [aVerdict()] })
    expect(diff(make(), { ...make(), seq: 2, takenAt: '2026-11-01T12:00:01.000Z' })).toBeUndefined()
  })

  test('names the two snapshots, and only what changed', () => {
    const a = aSnapshot({
      seq: 7,
      containers: [aContainer({ id: 'a' }), aContainer({ id: 'b' }), aContainer({ id: 'c' })],
    })
    const b = aSnapshot({
      seq: 8,
      containers: [aContainer({ id: 'b', zombies: 3 }), aContainer({ id: 'c' }), aContainer({ id: 'd' })],
    })
    const delta = present(diff(a, b))
    expect(delta).toMatchObject({ type: 'delta', previous: 7, seq: 8, takenAt: b.takenAt, pass: b.pass })
    expect(delta.changed.containers.map(({ id }) => id)).toEqual(['b', 'd'])
    expect(delta.removed.containers).toEqual([aContainer({ id: 'a' }).key])
    expect(delta.changed.shims).toEqual([])
  })

  test('an untouched collection is carried over, not copied', () => {
    const a = aSnapshot({ shims: [aShim()], containers: [aContainer()] })
    const b = aSnapshot({ ...a, seq: 2, containers: [] })
    expect(apply(a, present(diff(a, b))).shims).toBe(a.shims)
    expect(diffCollection(a.shims, a.shims).changed).toHaveLength(0)
  })
})
