import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NodeEvent } from '../../src/core/model/event.ts'
import { type Happening, isEvent } from '../../src/core/model/story.ts'
import { eventsBetween, snapshotAt } from '../../src/journal/look-back.ts'
import { PastEvents } from '../../src/journal/past-events.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { aVerdict } from '../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { journalIn, nodeAt, place } from './support.ts'

const noon = Date.parse('2026-11-20T12:00:00Z')
const minute = 60_000

/** Three hours, in which each minute a pod comes, one goes, and now and then a verdict: several segments. */
async function threeHours(directory: string) {
  const { journal } = await journalIn(directory)
  const agent = memoryAgent()
  journal.follow(agent)
  for (let step = 0; step < 180; step += 1) agent.look(nodeAt(step, 3, noon + step * minute))
  return { journal, agent, events: [...agent.events()] }
}

test('the last events of any stretch are the end of all of them', async () => {
  using at = place()
  const { events } = await threeHours(at.path)
  expect(listSegments(at.path).length).toBeGreaterThan(2)
  const past = new PastEvents(at.path)
  for (const [since, until, most] of [
    [0, 180, 10],
    [0, 180, 10_000],
    [30, 130, 1],
    [30, 130, 500],
    [59.5, 60.5, 3],
    [-100, -1, 5],
    [500, 600, 5],
    [0, 0, 5],
  ] as const) {
    const [sinceMs, untilMs] = [noon + since * minute, noon + until * minute]
    const all: NodeEvent[] = []
    for await (const told of eventsBetween(at.path, sinceMs, untilMs, () => {}))
      if ('event' in told) all.push(told.event)
    expect(await past.last(sinceMs, untilMs, most), `${since} to ${until}`).toEqual(all.slice(-most))
  }
  expect((await past.last(noon, noon + 180 * minute, 10_000)).length).toBe(events.length)
})

test('marks count each event once, and know the worst that was raised', async () => {
  using at = place()
  const { journal, agent, events } = await threeHours(at.path)
  const past = new PastEvents(at.path)
  const untilMs = noon + 180 * minute
  for (const parts of [1, 7, 60, 1_000]) {
    const { marks } = await past.timeline(noon, untilMs, parts)
    expect(marks.length).toBeLessThanOrEqual(parts)
    expect(marks.reduce((sum, mark) => sum + mark.events, 0)).toBe(events.length)
    expect(marks.map(({ atMs }) => atMs)).toEqual([...marks.map(({ atMs }) => atMs)].sort((a, b) => a - b))
  }
  const {
    marks: [all],
  } = await past.timeline(noon, untilMs, 1)
  expect(all).toMatchObject({ atMs: Date.parse(events[0]?.at ?? ''), worst: 'warning' })
  const quiet = (await past.timeline(noon, untilMs, 1_000)).marks.filter(({ worst }) => worst === undefined)
  expect(quiet.length).toBeGreaterThan(0)

  // The segment grows after it was counted.
  const latest = agent.latest()?.snapshot
  if (latest === undefined) throw new Error('the agent has looked')
  const takenAt = new Date(untilMs).toISOString()
  agent.look({ ...latest, takenAt, verdicts: [aVerdict({ severity: 'critical', code: 'shim-abandoned' })] })
  const { marks: later } = await past.timeline(untilMs, untilMs, 10)
  expect(later).toEqual([{ atMs: untilMs, events: agent.events().length - events.length, worst: 'critical' }])
  await journal.close()
})

test('events that were missed and written later are found where they belong', async () => {
  using at = place()
  let clockMs = 0
  const { journal } = await journalIn(at.path, { clock: () => clockMs })
  const agent = memoryAgent()
  journal.follow(agent)
  for (let step = 0; step < 5; step += 1) agent.look(nodeAt(step, 3, noon + step * minute))
  // In the way of the segment that another run begins: for 10 s nothing can be written.
  const obstacle = join(at.path, '00000002.journal')
  mkdirSync(obstacle)
  for (let step = 5; step < 20; step += 1) {
    agent.look(nodeAt(step, 3, noon + step * minute, 'run-2'))
    clockMs += 1_000
  }
  await journal.close()
  rmdirSync(obstacle)
  const missed = noon + 10 * minute
  expect(listSegments(at.path).map(({ opening }) => Date.parse(opening?.takenAt ?? ''))).toEqual([
    noon,
    expect.toSatisfy((openedAtMs: number) => openedAtMs > missed),
  ])
  const past = new PastEvents(at.path)
  const before = agent.events().filter((event) => Date.parse(event.at) <= missed)
  expect(await past.last(noon, missed, 4)).toEqual(before.slice(-4))
  const { marks } = await past.timeline(noon, missed, 100)
  expect(marks.reduce((sum, { events }) => sum + events, 0)).toBe(before.length)
})

test('what cannot be read is left out, and the rest is there', async () => {
  using at = place()
  const { journal, events } = await threeHours(at.path)
  await journal.close()
  const [first] = listSegments(at.path)
  if (first === undefined) throw new Error('there is a segment')
  writeFileSync(first.path, 'no journal at all')
  const past = new PastEvents(at.path)
  const { marks } = await past.timeline(noon, noon + 180 * minute, 100)
  const found = await past.last(noon, noon + 180 * minute, 10_000)
  expect(found.length).toBeGreaterThan(0)
  expect(found).toEqual(events.slice(-found.length))
  expect(marks.reduce((sum, mark) => sum + mark.events, 0)).toBe(found.length)
})

test('blanks: where nobody looked, and where a file is damaged; none where a node was quiet', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  // An hour of a quiet node, then it sleeps for ten minutes, then another hour.
  const shown = nodeAt(0, 3, noon)
  for (let step = 0; step <= 60; step += 1)
    agent.look({ ...shown, takenAt: new Date(noon + step * minute).toISOString() })
  for (let step = 70; step <= 130; step += 1) agent.look(nodeAt(step, 3, noon + step * minute))
  await journal.close()
  const past = new PastEvents(at.path)
  const all = async () => (await past.timeline(noon, noon + 200 * minute, 10)).blanks
  expect(await all()).toEqual([{ fromMs: noon + 60 * minute, untilMs: noon + 70 * minute, why: 'unwatched' }])

  const segments = listSegments(at.path)
  expect(segments.length).toBeGreaterThan(2)
  const [, second, third] = segments
  const content = readFileSync(second?.path ?? '')
  const middle = Math.floor(content.length / 2)
  writeFileSync(
    second?.path ?? '',
    Buffer.concat([content.subarray(0, middle), Buffer.from('damage'), content.subarray(middle)]),
  )
  const [sleep, damage, ...others] = await all()
  expect(others).toEqual([])
  expect(sleep?.why).toBe('unwatched')
  expect(damage).toEqual({
    fromMs: Date.parse(
      (await snapshotAt(at.path, Date.parse(third?.opening?.takenAt ?? '') - 1)).snapshot?.takenAt ?? '',
    ),
    untilMs: Date.parse(third?.opening?.takenAt ?? ''),
    why: 'damaged',
  })

  // Nothing of it can be read.
  writeFileSync(second?.path ?? '', 'no journal at all')
  const end = (await all()).at(-1)
  expect(end).toMatchObject({ untilMs: Date.parse(third?.opening?.takenAt ?? ''), why: 'damaged' })
  expect(end?.fromMs).toBeLessThan(Date.parse(second?.opening?.takenAt ?? ''))
})

test('a directory that is not there is an error, not an empty past', async () => {
  const past = new PastEvents('/nonexistent/journal')
  await expect(past.timeline(0, 1, 1)).rejects.toThrow('ENOENT')
  await expect(past.last(0, 1, 1)).rejects.toThrow('ENOENT')
})

test('a reboot is told wherever its time is asked for, whoever looked before and after', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  // Three lives of an agent: the node is rebooted before the third, and nothing happens in that.
  const lives = [
    { run: 'run-1', bootId: 'a', steps: [0, 1, 2] },
    { run: 'run-2', bootId: 'a', steps: [10, 11] },
    { run: 'run-3', bootId: 'b', steps: [20] },
  ]
  const told: NodeEvent[] = []
  for (const { run, bootId, steps } of lives) {
    const agent = memoryAgent()
    journal.follow(agent)
    for (const step of steps) agent.look({ ...nodeAt(step, 3, noon + step * minute, run), bootId })
    told.push(...agent.events())
  }
  await journal.close()
  const look = (minutes: number, bootId: string) => ({
    takenAt: new Date(noon + minutes * minute).toISOString(),
    bootId,
    shims: 3,
    containers: 3,
  })
  const reboot = { before: look(11, 'a'), after: look(20, 'b') }
  const past = new PastEvents(at.path)
  const stretch = async (since: number, until: number) => {
    const [sinceMs, untilMs] = [noon + since * minute, noon + until * minute]
    const all: Happening[] = []
    for await (const one of eventsBetween(at.path, sinceMs, untilMs, () => {}))
      all.push('event' in one ? one.event : one.reboot)
    expect(await past.last(sinceMs, untilMs, 1_000)).toEqual(all)
    const { reboots } = await past.timeline(sinceMs, untilMs, 10)
    expect(reboots).toEqual(all.filter((one) => !isEvent(one)))
    return all
  }
  expect(await stretch(0, 60)).toEqual([...told, reboot])
  expect(await stretch(15, 60)).toEqual([reboot])
  expect(await stretch(20, 20)).toEqual([reboot])
  // When nobody had seen it yet.
  expect(await stretch(0, 19)).toEqual(told)
  expect(await stretch(21, 60)).toEqual([])
  // As many events as are asked for, and what was told between them.
  expect(await past.last(noon, noon + 60 * minute, 2)).toEqual([...told.slice(-2), reboot])
})

test('who waits no longer ends the search', async () => {
  using at = place()
  await threeHours(at.path)
  const past = new PastEvents(at.path)
  const gone = AbortSignal.abort(new Error('gone'))
  const untilMs = noon + 180 * minute
  await expect(past.timeline(noon, untilMs, 10, gone)).rejects.toThrow('gone')
  await expect(past.last(noon, untilMs, 10, gone)).rejects.toThrow('gone')
  await expect(snapshotAt(at.path, noon + 59 * minute, gone)).rejects.toThrow('gone')
  const told: unknown[] = []
  const reading = async () => {
    for await (const one of eventsBetween(at.path, noon, untilMs, () => {}, gone)) told.push(one)
  }
  await expect(reading()).rejects.toThrow('gone')
  expect(told.length).toBeLessThan(500)
  // What was counted is kept for who asks next.
  expect((await past.timeline(noon, untilMs, 1)).marks).toHaveLength(1)
})
