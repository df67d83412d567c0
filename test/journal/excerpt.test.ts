import { beforeAll, describe, expect, test } from 'vitest'
import { DamagedExcerpt } from '../../src/journal/damaged-excerpt.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { excerptOf, parse } from './excerpt-support.ts'
import { journalIn, nodeAt, place } from './support.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const minute = 60_000
const iso = (minutes: number): string => new Date(noon + minutes * minute).toISOString()

let lines: readonly string[]

// A pod comes and one goes each minute, for an hour.
beforeAll(async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  for (let step = 0; step < 60; step += 1) agent.look(nodeAt(step, 2, noon + step * minute))
  await journal.close()
  const { text } = await excerptOf(at.path, noon + 10.5 * minute, noon + 13 * minute)
  lines = text.trimEnd().split('\n')
})

test('is lines of JSON that a person can read, one fact each', () => {
  const kinds = lines.slice(1).map((line) => Object.keys(JSON.parse(line)))
  expect(kinds.every(({ length }) => length === 1)).toBe(true)
  expect(kinds.map(([kind]) => kind).filter((kind) => kind === 'moment' || kind === 'run' || kind === 'end')).toEqual([
    'run',
    ...['moment', 'moment', 'moment', 'moment'],
    'end',
  ])
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    format: 'shimscope-excerpt',
    version: 1,
    node: 'node-1',
    around: iso(10.5),
    from: iso(10.5),
    until: iso(13),
    by: 'a test',
  })
  // Of what was there before, what changed and no more.
  const changed = lines.map((line) => JSON.parse(line).changed).filter((told) => told?.shim !== undefined)
  expect(changed.length).toBeGreaterThan(0)
  for (const { fields } of changed) expect(Object.keys(fields)).toEqual(['cpuSeconds'])
})

test('begins with the node as it was, and says when nobody looked', async () => {
  using at = place()
  for (const [run, first] of [
    ['run-1', 0],
    ['run-2', 30],
  ] as const) {
    const { journal } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    for (let step = first; step < first + 5; step += 1) agent.look(nodeAt(step, 2, noon + step * minute, run))
    await journal.close()
  }
  const timesOf = async (from: number, until: number) => {
    const { told } = await excerptOf(at.path, noon + from * minute, noon + until * minute)
    return told.map((one) => ('moment' in one ? one.moment.snapshot.takenAt : one.gap))
  }
  expect(await timesOf(2.5, 3)).toEqual([iso(2), iso(3)])
  expect(await timesOf(2.2, 2.4)).toEqual([iso(2)])
  expect(await timesOf(-5, 1)).toEqual([iso(0), iso(1)])
  const gap = { kind: 'blank', why: 'unwatched', fromMs: noon + 4 * minute, untilMs: noon + 30 * minute }
  expect(await timesOf(3.5, 30.5)).toEqual([iso(3), iso(4), gap, iso(30)])
  // Of nobody who looked long before it is said that this is how it was.
  expect(await timesOf(20, 31)).toEqual([iso(30), iso(31)])
  expect(await timesOf(10, 20)).toEqual([])
})

describe('what is not as it should be is refused, with its line', () => {
  const without = (index: number) => lines.filter((_, at) => at !== index)
  const put = (index: number, line: string | object) =>
    lines.map((old, at) => (at === index ? (typeof line === 'string' ? line : JSON.stringify(line)) : old))
  const at = (kind: string) => lines.findIndex((line) => line.startsWith(`{"${kind}"`))
  const fact = (kind: string) => JSON.parse(lines[at(kind)] ?? '')[kind]
  const last = () => lines.length - 1

  const spoilt: readonly [string, () => readonly string[], number | (() => number), string][] = [
    ['another format', () => put(0, '{"format":"tar"}'), 1, 'it should begin with {"format":"shimscope-excerpt"'],
    [
      'a newer version',
      () => put(0, '{"format":"shimscope-excerpt","version":2}'),
      1,
      'its version is 2, and this shimscope reads version 1: take one as new as the file',
    ],
    ['no JSON', () => put(1, '{"run":'), 2, 'it is not JSON'],
    ['a list', () => put(1, '[]'), 2, 'an object in braces should stand here'],
    ['an unknown fact', () => put(1, '{"\\u009bweather":1}'), 2, 'is nothing that an excerpt tells'],
    ['two facts', () => put(1, '{"run":{},"moment":{}}'), 2, 'it tells of "run" and more: one line, one fact'],
    ['no run', () => without(1), 2, 'a run should begin before its first moment'],
    ['no moment', () => without(2), 3, 'a moment should begin before what belongs to it'],
    ['the end cut off', () => without(last()), () => last() + 1, 'the file was cut off'],
    ['a moment cut out', () => without(last() - 1), last, 'and there are'],
    ['more behind the end', () => [...lines, '{"gap":"x"}'], () => last() + 2, 'nothing may stand behind the end'],
    [
      'a field of another type',
      () => put(at('shim'), { shim: { ...fact('shim'), pid: '7' } }),
      () => at('shim') + 1,
      'of this shim /pid must be integer',
    ],
    [
      'a field that is missing',
      () => put(at('container'), { container: { ...fact('container'), state: undefined } }),
      () => at('container') + 1,
      'of this container the whole must have required properties state',
    ],
    [
      'a field that nobody knows',
      () => put(at('daemon'), { daemon: { ...fact('daemon'), constructor: 1 } }),
      () => at('daemon') + 1,
      'of this daemon /constructor is unknown here',
    ],
    [
      'a time that is none',
      () => put(at('daemon'), { daemon: { ...fact('daemon'), startedAt: 'noon' } }),
      () => at('daemon') + 1,
      'of this daemon /startedAt must be a time',
    ],
    [
      'a moment at no time',
      () => put(at('moment'), { moment: { ...fact('moment'), takenAt: '12:00' } }),
      () => at('moment') + 1,
      'takenAt should be a time such as',
    ],
    [
      'the same twice',
      () => [...lines.slice(0, at('shim') + 1), ...lines.slice(at('shim'))],
      () => at('shim') + 2,
      'this moment has told of the same before',
    ],
    [
      'a change of what is not there',
      () => put(at('changed'), { changed: { shim: '1@1', fields: {} } }),
      () => at('changed') + 1,
      'nothing of the key "1@1" was there to change',
    ],
    [
      'the end of what is not there',
      () => put(at('gone'), { gone: { shim: '1@1' } }),
      () => at('gone') + 1,
      'nothing of the key "1@1" was there to be gone',
    ],
    [
      'a change of nothing',
      () => put(at('changed'), { changed: { ship: '1@1', fields: {} } }),
      () => at('changed') + 1,
      'it should name a daemon, a shim, a container, a verdict by its key',
    ],
  ]

  test.each(spoilt)('%s', (_, make, line, reason) => {
    const refused = () => parse(`${make().join('\n')}\n`)
    expect(refused).toThrow(DamagedExcerpt)
    expect(refused).toThrow(reason)
    expect(refused).toThrow(`line ${typeof line === 'number' ? line : line()} of the excerpt: `)
  })

  test('a file that ends within a line, and one that is no text', () => {
    expect(() => parse(lines.join('\n'))).toThrow(
      `line ${lines.length} of the excerpt: it ends in the middle, the file was cut off`,
    )
  })
})
