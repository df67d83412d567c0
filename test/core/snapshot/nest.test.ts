import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Branch, nest } from '../../../src/core/snapshot/nest.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from './support/nodes.ts'

const flat = (branches: readonly Branch[]): Branch[] => branches.flatMap((branch) => [branch, ...flat(branch.children)])
const outline = (branches: readonly Branch[]): unknown[] =>
  branches.map(({ kind, key, children }) =>
    children.length === 0 ? `${kind} ${key}` : [`${kind} ${key}`, ...outline(children)],
  )

test('daemon, shim, sandbox first, then containers; verdicts in place; the shimless at the top', () => {
  const node = aSnapshot({
    daemons: [aDaemon()],
    shims: [aShim()],
    containers: [
      aContainer({ key: 'a' }),
      aContainer({ key: 'pause', role: 'sandbox' }),
      aContainer({ key: 'lost', shim: null }),
    ],
    verdicts: [aVerdict()],
  })
  const roots = nest(node)
  expect(outline(roots)).toEqual([
    ['daemon 812@100', ['shim 4000@900', 'container pause', 'container a']],
    'container lost',
  ])
  expect(roots[0]?.children[0]?.verdicts.map(({ code }) => code)).toEqual(['shim-leaked'])
})

test('what runs inside a container stands under it', () => {
  const node = aSnapshot({
    containers: [aContainer({ key: 'kind', shim: null })],
    daemons: [aDaemon({ within: 'kind' })],
    shims: [aShim({ within: 'kind' }), aShim({ pid: 5, daemon: null, within: 'kind' })],
  })
  expect(outline(nest(node))).toEqual([['container kind', ['daemon 812@100', 'shim 4000@900'], 'shim 5@900']])
})

test('every element once, whatever the references say', () => {
  const key = fc.constantFrom('a', 'b', 'c', '1@900', '2@900', '1@100', 'nobody')
  const pids = fc.uniqueArray(fc.integer({ min: 1, max: 3 }))
  fc.assert(
    fc.property(
      pids,
      pids,
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      fc.infiniteStream(fc.option(key)),
      (d, s, c, references) => {
        const next = () => references.next().value as never
        const node = aSnapshot({
          daemons: d.map((pid) => aDaemon({ pid, within: next() })),
          shims: s.map((pid) => aShim({ pid, daemon: next(), within: next() })),
          containers: c.map((key) => aContainer({ key, shim: next(), within: next() })),
        })
        const keys = flat(nest(node)).map((branch) => `${branch.kind} ${branch.key}`)
        const all = [
          ...d.map((pid) => `daemon ${pid}@100`),
          ...s.map((pid) => `shim ${pid}@900`),
          ...c.map((key) => `container ${key}`),
        ]
        expect(keys.sort()).toEqual(all.sort())
      },
    ),
  )
})
