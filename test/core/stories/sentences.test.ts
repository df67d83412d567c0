import { describe, expect, test } from 'vitest'
import type { NodeEvent } from '../../../src/core/model/event.ts'
import type { Daemon, Snapshot } from '../../../src/core/model/snapshot.ts'
import { deriveEvents, stoppedDaemons } from '../../../src/core/snapshot/events.ts'
import { lookOf, rebootBetween } from '../../../src/core/snapshot/reboot.ts'
import { storyTeller, tellStories } from '../../../src/core/stories/tell.ts'
import { aContainer, aDaemon, aShim, aSnapshot, aVerdict } from '../snapshot/support/nodes.ts'

type Look = Partial<Pick<Snapshot, 'daemons' | 'shims' | 'containers' | 'verdicts' | 'pass'>>

/** What an agent tells that looks every second. */
function eventsOf(...looks: readonly Look[]): readonly NodeEvent[] {
  let lately: readonly Daemon[] = []
  const snapshots = looks.map((look, index) =>
    aSnapshot({
      ...look,
      seq: index + 1,
      takenAt: new Date(Date.parse('2026-11-01T12:00:00Z') + index * 1_000).toISOString(),
    }),
  )
  return snapshots.slice(1).flatMap((next, index) => {
    const previous = snapshots[index] as Snapshot
    const events = deriveEvents(previous, next, lately)
    lately = [...lately, ...stoppedDaemons(previous.daemons, next.daemons)]
    return events
  })
}

const told = (...looks: readonly Look[]): readonly string[] =>
  tellStories(eventsOf(...looks)).map((one) =>
    one.kind === 'story' ? `${one.story.kind}: ${one.story.summary}` : one.event.type,
  )

const incomplete = { ...aSnapshot().pass, complete: false }
const old = aDaemon({ pid: 812 })
const young = aDaemon({ pid: 4411, startedAt: '2026-11-01T11:59:59.000Z' })
const shims = Array.from({ length: 13 }, (_, index) => aShim({ pid: 9000 + index, id: `c${index}` }))
const lost = shims.map((shim) => aShim({ ...shim, supervision: 'orphaned', daemon: null }))
const back = shims.map((shim) => aShim({ ...shim, daemon: young.key }))

describe('a daemon that ends', () => {
  const first = { daemons: [old], shims }
  test('is not back', () => {
    expect(told(first, { shims: lost })).toEqual([
      'daemon-outage: containerd stopped (pid 812); 13 shims go on without it',
    ])
  })
  test('is back: who reconnected, and who did not', () => {
    const forgotten = lost.slice(12)
    const abandoned = aVerdict({ code: 'shim-abandoned', subject: { kind: 'shim', key: '9012@900', pid: 9012 } })
    const looks = [
      first,
      { shims: lost },
      { daemons: [young], shims: [...back.slice(0, 5), ...lost.slice(5)] },
      { daemons: [young], shims: [...back.slice(0, 12), ...forgotten] },
    ]
    expect(told(...looks.slice(0, 3))).toEqual([
      'daemon-outage: containerd restarted (pid 812 → 4411); 5 shims reconnected, 8 have not yet',
    ])
    expect(told(...looks)).toEqual([
      'daemon-outage: containerd restarted (pid 812 → 4411); 12 shims reconnected, 1 has not yet',
    ])
    expect(told(...looks, { ...looks[3], verdicts: [abandoned] })).toEqual([
      'daemon-outage: containerd restarted (pid 812 → 4411); 12 shims reconnected, 1 did not; shim-abandoned fires',
    ])
  })
  test('a verdict about something else, at the same moment, is none of it', () => {
    const bloated = aVerdict({ code: 'shim-bloated', subject: { kind: 'shim', key: '9000@900', pid: 9000 } })
    expect(told(first, { shims: lost, verdicts: [bloated] })).toEqual([
      'daemon-outage: containerd stopped (pid 812); 13 shims go on without it',
      'verdict-raised',
    ])
  })
  test('a further restart before all are back is of the same outage, a later one is another', () => {
    const third = aDaemon({ pid: 5000, startedAt: '2026-11-01T11:59:59.000Z' })
    const starting = shims.map((shim) => aShim({ ...shim, supervision: 'unknown', daemon: null }))
    const again = shims.map((shim) => aShim({ ...shim, daemon: third.key }))
    expect(told(first, { daemons: [young], shims: starting }, { daemons: [third], shims: again })).toEqual([
      'daemon-outage: containerd restarted (pid 812 → 4411 → 5000); 13 shims reconnected',
    ])
    expect(told(first, { daemons: [young], shims: back }, { daemons: [third], shims: again })).toEqual([
      'daemon-outage: containerd restarted (pid 812 → 4411); 13 shims reconnected',
      'daemon-outage: containerd restarted (pid 4411 → 5000); 13 shims reconnected',
    ])
  })
})

describe('a shim that is gone', () => {
  const shim = aShim()
  const app = aContainer()
  const before = { daemons: [aDaemon()], shims: [shim], containers: [app] }
  const left = { daemons: [aDaemon()], containers: [aContainer({ shim: null })] }
  test('and its container runs on', () => {
    expect(told(before, left)).toEqual([
      'shim-ended: containerd-shim-runc-v2 (pid 4000, web) is gone; 1 container lost its keeper',
    ])
  })
  test('nobody is gone who may be hidden', () => {
    expect(told(before, { ...left, pass: incomplete })).toEqual(['shim-gone'])
  })
  test('one with another first process is not who it kept', () => {
    expect(told(before, { ...left, containers: [aContainer({ shim: null, initPid: 7 })] })).not.toContainEqual(
      expect.stringContaining('keeper'),
    )
  })
  test('a container of no pod, before its shim and together with it', () => {
    const alone = aContainer({ pod: null })
    expect(told({ ...before, containers: [alone] }, { ...before, containers: [] }, { daemons: [aDaemon()] })).toEqual([
      'container-ended: container web exited, and its shim (pid 4000) ended after it',
    ])
    expect(told({ ...before, containers: [alone] }, { daemons: [aDaemon()] })).toEqual([
      'container-ended: container web exited, and its shim (pid 4000) ended together with it: which came first was not seen',
    ])
  })
})

test('a sandbox that its containers outlive came first', () => {
  const sandbox = aContainer({ id: 'pause', role: 'sandbox', initPid: 4005 })
  const dead = aVerdict({ code: 'sandbox-dead' })
  const parts = { daemons: [aDaemon()], shims: [aShim()] }
  expect(
    told({ ...parts, containers: [sandbox, aContainer()] }, { ...parts, containers: [aContainer()], verdicts: [dead] }),
  ).toEqual(['pod-ended: sandbox of pod default/web-1 exited; 1 container of the pod outlived it; sandbox-dead fires'])
})

test('a container that crashes is one story, with how often', () => {
  const look = (id: string | undefined) => ({
    shims: [aShim()],
    containers: id === undefined ? [] : [aContainer({ id })],
  })
  expect(told(look('a'), look(undefined), look('b'), look('c'), look(undefined))).toEqual([
    'container-restarted: container web of pod default/web-1 restarted 2 times (a → c), and exited again',
  ])
})

test('a reboot ends every story, and says what was there', () => {
  const before = aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: [aContainer()] })
  const after = { ...before, bootId: 'another', takenAt: '2026-11-01T12:05:00.000Z' }
  const teller = storyTeller()
  const [stop, back] = eventsOf({ daemons: [old], shims }, { shims: lost }, { daemons: [young], shims: lost }).filter(
    ({ type }) => type.startsWith('daemon-'),
  )
  teller.hear(stop as NodeEvent)
  teller.rebooted({ before: lookOf(before), after: lookOf(after) })
  teller.hear(back as NodeEvent)
  expect(teller.rest().map((one) => (one.kind === 'story' ? one.story.summary : one.event.type))).toEqual([
    'containerd stopped (pid 812); 13 shims go on without it',
    'the node was rebooted: 1 shim and 1 container of before are gone',
    'daemon-restarted',
  ])
})

test('after ten minutes without news a story is over', () => {
  const events = eventsOf({ daemons: [old], shims }, { shims: lost }, { daemons: [young], shims: back })
  const late = events.map((event) => (event.seq === 3 ? { ...event, at: '2026-11-01T12:10:02.000Z' } : event))
  const sentences = (all: readonly NodeEvent[]) =>
    tellStories(all).flatMap((one) => (one.kind === 'story' ? [one.story.summary] : []))
  expect(sentences(late)).toEqual(['containerd stopped (pid 812); 13 shims go on without it'])
  expect(sentences(events)).toEqual(['containerd restarted (pid 812 → 4411); 13 shims reconnected'])
})

test('a boot id that could not be read proves no reboot', () => {
  const look = (bootId: string) => lookOf(aSnapshot({ bootId }))
  expect(rebootBetween(look('a'), look('b'))).toEqual({ before: look('a'), after: look('b') })
  for (const [before, after] of [
    ['a', 'a'],
    ['a', 'unknown'],
    ['unknown', 'b'],
  ] as const)
    expect(rebootBetween(look(before), look(after))).toBeUndefined()
  expect(rebootBetween(undefined, look('a'))).toBeUndefined()
})

describe('a verdict that clears long after', () => {
  const minutes = (event: NodeEvent, late: number): NodeEvent => ({
    ...event,
    at: new Date(Date.parse(event.at) + late * 60_000).toISOString(),
  })
  const wedged = aVerdict({ code: 'shim-wedged', subject: { kind: 'shim', key: '9000@900', pid: 9000 } })
  const leaked = aVerdict({ subject: { kind: 'shim', key: '9000@900', pid: 9000 } })
  const [keeper] = shims
  const orphan = lost.slice(0, 1)
  const first = { daemons: [old], shims: keeper === undefined ? [] : [keeper] }
  const sentences = (events: readonly NodeEvent[]) =>
    tellStories(events).map((one) => (one.kind === 'story' ? one.story.summary : one.event.type))
  const [orphaned, raised, cleared] = eventsOf(
    first,
    { ...first, shims: orphan },
    { ...first, shims: orphan, verdicts: [leaked] },
    { ...first, shims: orphan },
  ) as [NodeEvent, NodeEvent, NodeEvent]

  test('clears in the story that it was raised in', () => {
    for (const late of [5, 30, 60 * 24])
      expect(sentences([orphaned, raised, minutes(cleared, late)]), `after ${late} minutes`).toEqual([
        `${orphaned.summary}; shim-leaked fired, and has cleared`,
      ])
  })
  test('and where nothing belonged to it, with its raising', () => {
    const [alone, over] = eventsOf(first, { ...first, verdicts: [wedged] }, first) as [NodeEvent, NodeEvent]
    expect(sentences([alone, minutes(over, 90)])).toEqual([`${alone.summary}; shim-wedged fired, and has cleared`])
  })
  test('that does not make the story go on', () => {
    const [gone] = eventsOf({ ...first, shims: orphan }, { ...first, shims: [] }) as [NodeEvent]
    expect(sentences([orphaned, raised, minutes(cleared, 30), minutes(gone, 31)])).toEqual([
      `${orphaned.summary}; shim-leaked fired, and has cleared`,
      'shim-gone',
    ])
  })
  test('raised twice, as by two lives of an agent, the later one clears', () => {
    expect(sentences([orphaned, raised, minutes(raised, 30), minutes(cleared, 60)])).toEqual([
      `${orphaned.summary}; shim-leaked fires`,
      `${raised.summary}; shim-leaked fired, and has cleared`,
    ])
  })
  test('a reboot clears nothing', () => {
    const before = lookOf(aSnapshot({}))
    const after = { ...before, bootId: 'another' }
    const told = tellStories([orphaned, raised, { before, after }, minutes(cleared, 30)])
    expect(told.map((one) => (one.kind === 'story' ? one.story.kind : one.event.type))).toEqual([
      'verdict-grounded',
      'node-rebooted',
      'verdict-cleared',
    ])
  })
  test('while it is waited for, so much that comes later is held back, and no more', () => {
    const others = Array.from({ length: 20 }, (_, nth) =>
      minutes(
        { ...orphaned, subject: { kind: 'shim', key: `${nth}@1` }, facts: {}, summary: `shim ${nth} is orphaned` },
        20 + nth * 20,
      ),
    )
    const tellAll = (mostHeld: number) => {
      const teller = storyTeller({ mostHeld })
      const told: string[] = []
      const take = (all: ReturnType<typeof teller.rest>) =>
        told.push(...all.map((one) => (one.kind === 'story' ? one.story.summary : one.event.summary)))
      for (const event of [orphaned, raised, ...others, minutes(cleared, 1_000)]) {
        teller.hear(event)
        take(teller.settled())
      }
      const before = told.length
      take(teller.rest())
      return { told, before }
    }
    const whole = tellAll(50)
    expect(whole.told[0]).toBe(`${orphaned.summary}; shim-leaked fired, and has cleared`)
    expect(whole.before).toBe(whole.told.length)
    const parts = tellAll(10)
    expect(parts.told[0]).toBe(`${orphaned.summary}; shim-leaked fires`)
    expect(parts.told.at(-1)).toBe(cleared.summary)
    expect(tellAll(0).told).toEqual(parts.told)
  })
})
