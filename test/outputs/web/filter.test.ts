import { expect, test } from 'vitest'
import { type Branch, nest } from '../../../src/core/snapshot/nest.ts'
import { filterForest } from '../../../src/outputs/web/page/filter.ts'
import { mergeEvents } from '../../../src/outputs/web/page/timeline.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

const forest = nest(
  aSnapshot({
    daemons: [aDaemon()],
    shims: [aShim(), aShim({ pid: 5000, id: 'db' })],
    containers: [
      aContainer({ id: 'web' }),
      aContainer({ id: 'db', name: 'postgres', shim: '5000@900', initPid: 5010 }),
    ],
    verdicts: [
      aVerdict({ code: 'container-zombies', subject: { kind: 'container', key: aContainer({ id: 'db' }).key } }),
    ],
  }),
)
const keys = (branches: readonly Branch[]): string[] =>
  branches.flatMap((branch) => [branch.key, ...keys(branch.children)])
const fitting = (text: string, onlyWrong = false) => keys(filterForest(forest, { text, onlyWrong }))

test('no filter, the whole forest', () => expect(filterForest(forest, { text: ' ', onlyWrong: false })).toBe(forest))
test('a name, with what leads to it', () =>
  expect(fitting('POSTGRES')).toEqual(['812@100', '5000@900', aContainer({ id: 'db' }).key]))
test('a pid, a code, nothing', () => {
  expect(fitting('5010')).toHaveLength(3)
  expect(fitting('container-zombies')).toHaveLength(3)
  expect(fitting('nobody')).toEqual([])
})
test('what fits is shown with all that it keeps', () =>
  expect(fitting('db')).toEqual(['812@100', '5000@900', aContainer({ id: 'db' }).key]))
test('only what is wrong', () =>
  expect(fitting('', true)).toEqual(['812@100', '5000@900', aContainer({ id: 'db' }).key]))

test('events from the list and from the feed, each once', () => {
  const event = (seq: number) => ({
    seq,
    at: '',
    type: 'shim-gone' as const,
    subject: { kind: 'shim' as const },
    summary: `${seq}`,
  })
  expect(mergeEvents([event(1), event(2)], [event(2), event(3), event(3)]).map(({ seq }) => seq)).toEqual([1, 2, 3, 3])
  expect(
    mergeEvents(
      [],
      Array.from({ length: 500 }, (_, i) => event(i + 1)),
    ),
  ).toHaveLength(300)
})
