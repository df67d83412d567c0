import { describe, expect, test } from 'vitest'
import { factsOf } from '../../../src/outputs/web/page/detail-wording.ts'
import { tiles } from '../../../src/outputs/web/page/glance-wording.ts'
import { rowText } from '../../../src/outputs/web/page/row-wording.ts'
import { mergeEvents } from '../../../src/outputs/web/page/merge-events.ts'
import { rowIdOf, subjectName, verdictText } from '../../../src/outputs/web/page/verdict-wording.ts'
import { ageOf, bytesOf, byUrgency, issueUrl, notices } from '../../../src/outputs/web/page/wording.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

describe('a row says who it is, how it is, and where to look', () => {
  test('a daemon', () =>
    expect(rowText({ kind: 'daemon', daemon: aDaemon() })).toMatchObject({
      name: 'containerd',
      pid: 812,
      rest: '/run/containerd/containerd.sock',
    }))
  test('a shim', () =>
    expect(
      rowText({ kind: 'shim', shim: aShim({ supervision: 'orphaned', id: 'f'.repeat(64), bundleDeleted: true }) }),
    ).toMatchObject({
      name: 'containerd-shim-runc-v2',
      marks: [{ sign: '✖', text: 'orphaned', tone: 'critical' }],
      rest: 'one-to-one · k8s.io/ffffffffffff · bundle deleted',
    }))
  test('a container', () => {
    const container = aContainer({ execs: [5], zombies: 2, shim: null })
    expect(rowText({ kind: 'container', container })).toMatchObject({
      kind: 'container',
      of: 'default/web-1',
      name: 'web',
      pid: 4010,
      rest: 'web · no keeper · 2 processes · 2 zombies · 1 exec session',
    })
  })
  test('a container of a pod whose name is not known', () => {
    const container = aContainer({
      name: null,
      pod: { uid: '6f1c0e2a-0000-4000-8000-000000000001', name: null, namespace: null },
    })
    expect(rowText({ kind: 'container', container })).toMatchObject({ of: 'pod 6f1c0e2a', name: 'web' })
  })
  test('a zombie has only its name left', () =>
    expect(rowText({ kind: 'process', process: aProcess({ argv: [], state: 'Z' }) })).toMatchObject({
      name: '[nginx]',
      marks: [{ text: 'zombie', tone: 'warning' }],
      rest: 'init',
    }))
})

test('details: what is not known is null, links lead to rows, arguments are told apart', () => {
  const facts = factsOf({ kind: 'shim', shim: aShim({ socket: null, unaccepted: 2 }) }, [aContainer()])
  expect(facts).toContainEqual({ label: 'socket', value: null })
  expect(facts).toContainEqual({ label: 'connections', value: '1, and 2 not accepted' })
  expect(facts).toContainEqual({ label: 'daemon', value: '812@100', leadsTo: 'daemon|812@100' })
  expect(facts).toContainEqual({ label: 'keeps', value: 'web', leadsTo: `container|${aContainer().key}` })
  const process = aProcess({ argv: ['sh', '-c', "echo 'a b'", ''] })
  expect(factsOf({ kind: 'process', process }, [])).toContainEqual({
    label: 'command',
    value: "sh -c 'echo '\\''a b'\\''' ''",
  })
})

test('the most urgent verdict first', () => {
  const list = [
    aVerdict({ code: 'a', severity: 'info' }),
    aVerdict({ code: 'b', severity: 'critical', status: 'pending' }),
    aVerdict({ code: 'c', severity: 'critical', since: '2026-11-01T11:00:00Z' }),
    aVerdict({ code: 'd', severity: 'critical', since: '2026-11-01T10:00:00Z' }),
  ]
  expect(byUrgency(list).map(({ code }) => code)).toEqual(['d', 'c', 'a', 'b'])
})

test('a verdict for a chat: all of it, and nothing that a terminal would obey', () => {
  const verdict = aVerdict({ evidence: [{ source: '/proc/4000/comm', observed: 'a\u001b[2J' }] })
  expect(
    verdictText(verdict, { about: 'default/web · app', node: 'node-1', at: '' }, 'http://node-1:19256/#row=x'),
  ).toBe(
    [
      'WARNING shim-leaked on node-1, since 2026-11-01T10:00:00.000Z',
      'About: default/web · app',
      'shim 4000 has no container left',
      '',
      'Evidence:',
      '- /proc/4000/comm: a\\x1b[2J',
      '',
      'Next: Look at it with `ps`.',
      'Resembles: containerd/containerd#5708',
      'http://node-1:19256/#row=x',
    ].join('\n'),
  )
})

test('a verdict of the past says of when', () =>
  expect(
    verdictText(aVerdict(), { about: 'x', node: 'node-1', at: '2026-11-01T11:00:00.000Z' }, '').split('\n')[1],
  ).toBe('As it was at 2026-11-01T11:00:00.000Z'))

test('whom a verdict is about, and its row', () => {
  const { key } = aContainer()
  expect(subjectName({ kind: 'container', key }, [aContainer()])).toBe('default/web-1 · web')
  expect(subjectName({ kind: 'shim', key: '1@2', id: 'a'.repeat(64), pid: 1 }, [])).toBe('shim aaaaaaaaaaaa pid 1')
  expect(rowIdOf({ kind: 'container', key })).toBe(`container|${key}`)
  expect(rowIdOf({ kind: 'cgroup', key: '/x' })).toBeUndefined()
  expect(rowIdOf({ kind: 'node' })).toBeUndefined()
})

test('the overview counts each thing once', () => {
  const shown = tiles(
    aSnapshot({
      daemons: [aDaemon()],
      shims: [aShim({ pid: 1 }), aShim({ pid: 2, supervision: 'orphaned', relation: 'empty' })],
      containers: [aContainer({ id: 'a' }), aContainer({ id: 'b', state: 'paused' })],
      verdicts: [aVerdict(), aVerdict({ code: 'x', status: 'pending' })],
    }),
  )
  expect(
    shown.map(({ title, total, parts }) => `${total} ${title}: ${parts.map(({ text }) => text).join(', ')}`),
  ).toEqual([
    '1 verdicts: 1 warning, 1 pending',
    '1 daemon: 1 containerd',
    '2 shims: 1 managed, 1 orphaned, 1 one-to-one, 1 empty',
    '2 containers: 1 running, 1 paused',
    '120 processes: 340 threads, pass 13 ms',
  ])
})

describe('notices', () => {
  const { pass, takenAt } = aSnapshot()
  test('none when all is read', () => expect(notices(pass, takenAt)).toBe(''))
  test('a recording is called one', () => {
    expect(notices({ ...pass, source: 'archive' }, takenAt)).toBe(
      'This is a recording, as the node was at 2026-11-01T12:00:00.000Z; it is not what runs now.',
    )
  })
  test('what could not be read', () => {
    const said = notices({ ...pass, complete: false, reads: { ...pass.reads, denied: 2 }, denied: { cwd: 2 } }, takenAt)
    expect(said).toMatch(/hidepid.*\n2 readings denied \(cwd\)/)
  })
})

test.each([
  ['containerd/containerd#5708', 'https://github.com/containerd/containerd/issues/5708'],
  ['https://github.com/moby/moby/issues/1', 'https://github.com/moby/moby/issues/1'],
  ['CVE-2020-15257', 'https://www.cve.org/CVERecord?id=CVE-2020-15257'],
  ['javascript:alert(1)', undefined],
  ['http://example.com/', undefined],
  ['../..#1', undefined],
])('%s links to %s', (issue, url) => expect(issueUrl(issue)).toBe(url))

test('ages and sizes', () => {
  expect([0, 119, 120, 7199, 7200, 172_800].map((s) => ageOf(0, s * 1000))).toEqual([
    '0 s',
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '2 d',
  ])
  expect(ageOf(5000, 0)).toBe('0 s')
  expect([0, 999, 1000, 12_345_678, 999_999_999, 5e12].map(bytesOf)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '12.3 MB',
    '1.0 GB',
    '5.0 TB',
  ])
})

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
