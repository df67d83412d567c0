import { describe, expect, test } from 'vitest'
import {
  ageOf,
  byUrgency,
  cards,
  containerLine,
  issueUrl,
  notices,
  shimLine,
} from '../../../src/outputs/web/page/wording.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

test('lines say who it is, how it is, and where to look', () => {
  expect(shimLine(aShim({ supervision: 'orphaned', id: 'f'.repeat(64) }))).toEqual({
    name: 'containerd-shim-runc-v2',
    marks: [
      { text: 'one-to-one', tone: 'quiet' },
      { text: 'orphaned', tone: 'critical' },
    ],
    rest: 'pid 4000 · ffffffffffff · k8s.io · child of init',
  })
  expect(containerLine(aContainer({ execs: [5], zombies: 2, shim: null }))).toEqual({
    name: 'default/web-1 / web',
    marks: [
      { text: 'running', tone: 'good' },
      { text: 'no keeper', tone: 'quiet' },
      { text: '2 zombies', tone: 'warning' },
    ],
    rest: 'web · pid 4010 · 2 processes · 1 exec session',
  })
  expect(
    containerLine(
      aContainer({ name: null, pod: { uid: 'u', name: null, namespace: null }, initPid: null, processes: 1 }),
    ),
  ).toMatchObject({
    name: 'pod u / web',
    rest: 'web · 1 process',
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

test('the overview counts each thing once', () => {
  const shown = cards(
    aSnapshot({
      daemons: [aDaemon()],
      shims: [aShim({ pid: 1 }), aShim({ pid: 2, supervision: 'orphaned', relation: 'empty' })],
      containers: [aContainer({ id: 'a' }), aContainer({ id: 'b', state: 'paused' })],
      verdicts: [aVerdict(), aVerdict({ code: 'x', status: 'pending' })],
    }),
  )
  expect(
    shown.map(({ title, total, parts }) => `${title} ${total}: ${parts.map(({ text }) => text).join(', ')}`),
  ).toEqual([
    'Verdicts 1: 1 warning, 1 pending',
    'Daemons 1: 1 containerd',
    'Shims 2: 1 managed, 1 orphaned, 1 one-to-one, 1 empty',
    'Containers 2: 1 running, 1 paused',
    'Processes 120: 340 threads, looked at in 13 ms',
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
  ['javascript:alert(1)', undefined],
  ['http://example.com/', undefined],
  ['../..#1', undefined],
  ['CVE-2020-15257', undefined],
])('%s links to %s', (issue, url) => expect(issueUrl(issue)).toBe(url))

test('ages', () => {
  expect([0, 119, 120, 7199, 7200, 172_800].map((s) => ageOf(0, s * 1000))).toEqual([
    '0 s',
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '2 d',
  ])
  expect(ageOf(5000, 0)).toBe('0 s')
})
