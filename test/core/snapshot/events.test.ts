import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { deriveEvents, stoppedDaemons } from '../../../src/core/snapshot/events.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from './support/nodes.ts'

type Parts = Partial<Pick<Snapshot, 'daemons' | 'shims' | 'containers' | 'verdicts'>>
const events = (a: Parts, b: Parts, lately: Snapshot['daemons'] = []) =>
  deriveEvents(aSnapshot(a), aSnapshot({ ...b, seq: 2, takenAt: '2026-11-01T12:00:09.000Z' }), lately)
const said = (...args: Parameters<typeof events>) => events(...args).map(({ type, summary }) => `${type}: ${summary}`)
const types = (...args: Parameters<typeof events>) => events(...args).map(({ type }) => type)

describe('daemons', () => {
  const old = aDaemon({ pid: 812 })
  const young = aDaemon({ pid: 4411 })
  test('start and stop', () => {
    expect(said({}, { daemons: [old] })).toEqual(['daemon-started: containerd started (pid 812)'])
    expect(said({ daemons: [old] }, {})).toEqual(['daemon-stopped: containerd stopped (pid 812)'])
  })
  test('a restart within one step', () => {
    expect(said({ daemons: [old] }, { daemons: [young] })).toEqual([
      'daemon-restarted: containerd restarted (pid 812 → 4411)',
    ])
  })
  test('a restart over two steps', () => {
    const lately = stoppedDaemons([old], [])
    expect(said({}, { daemons: [young] }, lately)).toEqual(['daemon-restarted: containerd restarted (pid 812 → 4411)'])
  })
  test('one that does not listen yet has no address to compare, and is still the same daemon', () => {
    expect(types({ daemons: [old] }, { daemons: [aDaemon({ pid: 4411, addresses: [], state: 'starting' })] })).toEqual([
      'daemon-restarted',
    ])
  })
  test('another address or another nested node is another daemon', () => {
    expect(types({ daemons: [old] }, { daemons: [aDaemon({ pid: 4411, addresses: ['/run/k3s.sock'] })] })).toEqual([
      'daemon-started',
      'daemon-stopped',
    ])
    expect(types({ daemons: [old] }, { daemons: [aDaemon({ pid: 4411, within: 'kind' })] })).toEqual([
      'daemon-started',
      'daemon-stopped',
    ])
  })
})

describe('shims', () => {
  test('appear and go', () => {
    expect(said({}, { shims: [aShim()] })).toEqual(['shim-appeared: containerd-shim-runc-v2 (pid 4000, web) appeared'])
    expect(types({ shims: [aShim()] }, {})).toEqual(['shim-gone'])
  })
  test('orphaned, and managed again by the restarted daemon', () => {
    expect(types({ shims: [aShim()] }, { shims: [aShim({ supervision: 'orphaned', daemon: null })] })).toEqual([
      'shim-orphaned',
    ])
    const young = aDaemon({ pid: 4411, startedAt: '2026-11-01T11:00:00.000Z' })
    const back = { daemons: [young], shims: [aShim({ daemon: young.key })] }
    expect(said({ daemons: [young], shims: [aShim({ supervision: 'orphaned', daemon: null })] }, back)).toEqual([
      'shim-adopted: containerd-shim-runc-v2 (pid 4000, web) is managed again, by containerd (pid 4411)',
    ])
    // Who tracks it may be proven later than that somebody does.
    for (const supervision of ['unknown', 'managed'] as const)
      expect(types({ daemons: [young], shims: [aShim({ supervision, daemon: null })] }, back)).toEqual(['shim-adopted'])
  })
  test('a new shim that becomes managed was not adopted', () => {
    const daemons = [aDaemon()]
    expect(
      types({ daemons, shims: [aShim({ supervision: 'unknown', connections: 0 })] }, { daemons, shims: [aShim()] }),
    ).toEqual([])
  })
})

describe('containers', () => {
  const at = (
    state: 'creating' | 'created' | 'running' | 'paused' | 'stopped' | 'unknown',
    initPid: number | null = 4010,
  ) => ({ containers: [aContainer({ state, initPid })] })
  test.each([
    ['its whole life between two looks', {}, at('running'), ['container-created', 'container-started']],
    ['first seen paused', {}, at('paused'), ['container-created', 'container-started', 'container-paused']],
    ['first seen stopped', {}, at('stopped'), ['container-created', 'container-exited']],
    ['being created', {}, at('creating'), ['container-created']],
    ['creating → created', at('creating'), at('created'), []],
    ['created → running', at('created'), at('running'), ['container-started']],
    ['running → paused', at('running'), at('paused'), ['container-paused']],
    ['paused → running', at('paused'), at('running'), ['container-resumed']],
    ['running → stopped', at('running'), at('stopped'), ['container-exited']],
    ['stopped → gone', at('stopped'), {}, []],
    ['running → gone', at('running'), {}, ['container-exited']],
    [
      'restarted between two looks',
      at('running', 1),
      at('running', 2),
      ['container-exited', 'container-created', 'container-started'],
    ],
    ['restarted after a stop', at('stopped', null), at('running', 2), ['container-created', 'container-started']],
    ['unreadable for a while', at('running'), at('unknown'), []],
    ['readable again', at('unknown'), at('running'), []],
    ['unknown → stopped', at('unknown'), at('stopped'), ['container-exited']],
  ])('%s', (_, a, b, expected) => expect(types(a, b)).toEqual(expected))

  test('what was created and then seen to run has just started, if its first process is that young', () => {
    const { takenAt } = aSnapshot()
    const running = (ageMs: number) => ({
      containers: [aContainer({ state: 'running', startedAt: new Date(Date.parse(takenAt) - ageMs).toISOString() })],
    })
    expect(types(at('unknown', null), running(500))).toEqual(['container-started'])
    expect(types(at('unknown', null), running(60_000))).toEqual([])
  })

  test('the summary names the pod, and says when it never ran', () => {
    expect(said(at('created'), at('running'))).toEqual([
      'container-started: container web of pod default/web-1 started (pid 4010)',
    ])
    expect(said(at('creating', null), {})).toEqual([
      'container-exited: container web of pod default/web-1 is gone before it started',
    ])
    const bare = aContainer({ id: 'f'.repeat(64), name: null, pod: null, initPid: null })
    expect(said({}, { containers: [bare] })[1]).toBe('container-started: container ffffffffffff started')
  })
})

describe('verdicts', () => {
  const pending = { verdicts: [aVerdict({ status: 'pending' })] }
  const firing = { verdicts: [aVerdict()] }
  test('are raised when they fire, not while pending', () => {
    expect(types({}, pending)).toEqual([])
    expect(said(pending, firing)).toEqual(['verdict-raised: shim-leaked fires: shim 4000 has no container left'])
    expect(types({}, firing)).toEqual(['verdict-raised'])
    expect(types(firing, { verdicts: [aVerdict({ summary: 'reworded' })] })).toEqual([])
  })
  test('are cleared when they fired', () => {
    expect(types(pending, {})).toEqual([])
    expect(said(firing, {})).toEqual(['verdict-cleared: shim-leaked cleared: shim 4000 has no container left'])
  })
})

test('causes come first, and every event carries the seq and time of its snapshot', () => {
  const a = { daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] }
  const list = events(a, { verdicts: [aVerdict()] })
  expect(list.map(({ type }) => type)).toEqual(['daemon-stopped', 'shim-gone', 'container-exited', 'verdict-raised'])
  for (const event of list) expect(event).toMatchObject({ seq: 2, at: '2026-11-01T12:00:09.000Z' })
})
