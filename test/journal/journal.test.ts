import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventsBetween, snapshotAt } from '../../src/journal/look-back.ts'
import { unframe, magic } from '../../src/journal/record.ts'
import { flawOf, listSegments } from '../../src/journal/segment-files.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { everyMoment, journalIn, nodeAt, place, segmentNames } from './support.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const minute = 60_000

/** Where each record of a segment begins, and where the last one ends. */
function bordersOf(path: string): number[] {
  const segment = readFileSync(path)
  const borders = [magic.length]
  for (;;) {
    const found = unframe(segment, borders.at(-1) ?? 0)
    if (found.kind !== 'record') return borders
    borders.push(found.end)
  }
}

describe('the journal', () => {
  test('holds every moment and every event of what the agent told', async () => {
    using at = place()
    const { journal, told } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    const shown = Array.from({ length: 200 }, (_, step) => agent.look(nodeAt(step, 20, noon + step * minute)).snapshot)
    await journal.close()
    const { moments, events, flaws } = await everyMoment(at.path)
    expect(segmentNames(at.path).length).toBeGreaterThan(2)
    expect(flaws).toEqual([])
    expect(told).toEqual([])
    // A segment begins with what the one before ended with, where nothing has changed meanwhile.
    const bySeq = new Map(moments.map(({ snapshot }) => [snapshot.seq, snapshot]))
    expect([...bySeq.values()]).toEqual(shown)
    expect(events).toEqual(agent.events())
    expect(events.length).toBeGreaterThan(400)
    const bytes = listSegments(at.path).reduce((sum, segment) => sum + segment.bytes, 0)
    expect(journal.counts().written).toEqual({ bytes, events: events.length, seconds: expect.any(Number) })
  })

  test('finds a moment by its time, and the last one before where nothing changed', async () => {
    using at = place()
    const { journal } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    const shown = Array.from({ length: 130 }, (_, step) => agent.look(nodeAt(step, 3, noon + step * minute)).snapshot)
    await journal.close()
    for (const step of [0, 1, 59, 60, 61, 129]) {
      expect(await snapshotAt(at.path, noon + step * minute)).toEqual({
        snapshot: shown[step],
        beginsAtMs: noon,
        gaps: [],
      })
      expect((await snapshotAt(at.path, noon + step * minute + 59_999)).snapshot).toEqual(shown[step])
    }
    expect(await snapshotAt(at.path, noon - 1)).toEqual({ snapshot: undefined, beginsAtMs: noon, gaps: [] })
  })

  test('tells a quiet hour from one in which nobody looked', async () => {
    using at = place()
    const agent = memoryAgent()
    const first = await journalIn(at.path)
    first.journal.follow(agent)
    for (let second = 0; second <= 600; second += 2) agent.look(nodeAt(0, 3, noon + second * 1_000))
    await first.journal.close()
    const second = await journalIn(at.path)
    second.journal.follow(memoryAgent(nodeAt(1, 3, noon + 60 * minute, 'run-2')))
    await second.journal.close()

    expect((await snapshotAt(at.path, noon + 10 * minute)).gaps).toEqual([])
    expect((await snapshotAt(at.path, noon + 30 * minute)).gaps).toEqual([
      { kind: 'blank', why: 'unwatched', fromMs: noon + 10 * minute, untilMs: noon + 60 * minute },
    ])
    expect((await snapshotAt(at.path, noon + 90 * minute)).gaps).toEqual([
      { kind: 'blank', why: 'unwatched', fromMs: noon + 60 * minute, untilMs: undefined },
    ])
    // 300 looks at a quiet node are 11 records.
    expect(statSync(listSegments(at.path)[0]?.path ?? '').size).toBeLessThan(5_000)
  })

  test('a last record that is torn at any byte costs that record and no other', async () => {
    using at = place()
    const { journal } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    for (let step = 0; step < 5; step += 1) agent.look(nodeAt(step, 3, noon + step * 1_000))
    await journal.close()
    const [path = ''] = listSegments(at.path).map((segment) => segment.path)
    const whole = readFileSync(path)
    const borders = bordersOf(path)
    const [from = 0, to = 0] = borders.slice(-2)
    expect(to).toBe(whole.length)
    expect(to - from).toBeGreaterThan(50)
    for (let length = from + 1; length < to; length += 1) {
      truncateSync(path, length)
      expect(flawOf(path)).toEqual({ kind: 'torn', bytes: length - from })
      const { moments, flaws } = await everyMoment(at.path)
      expect(moments.map(({ snapshot }) => snapshot.seq)).toEqual([1, 2, 3, 4])
      expect(flaws).toEqual([{ kind: 'torn', bytes: length - from }])
      writeFileSync(path, whole)
    }
    // Zeros where a power failure kept the length of the file and lost what was in it.
    writeFileSync(path, Buffer.concat([whole.subarray(0, from), Buffer.alloc(to - from)]))
    expect((await everyMoment(at.path)).moments).toHaveLength(4)
    // The next one says so, and writes on.
    const next = await journalIn(at.path)
    expect(next.told).toEqual([{ kind: 'flawed', path, flaw: { kind: 'damaged', bytes: to - from } }])
    next.journal.follow(memoryAgent(nodeAt(9, 3, noon + 10_000, 'run-2')))
    await next.journal.close()
    expect((await everyMoment(at.path)).moments.map(({ snapshot }) => snapshot.run).at(-1)).toBe('run-2')
  })

  test('a flipped bit anywhere never shows a wrong moment, and costs no other segment', async () => {
    using at = place()
    const { journal } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    const shown = Array.from({ length: 90 }, (_, step) => agent.look(nodeAt(step, 2, noon + step * minute)).snapshot)
    await journal.close()
    const [first, second] = listSegments(at.path)
    if (first === undefined || second === undefined) throw new Error('one segment only')
    const whole = readFileSync(first.path)
    for (let byte = 0; byte < whole.length; byte += 97) {
      const damaged = Buffer.from(whole)
      damaged[byte] = (damaged[byte] ?? 0) ^ 0x10
      writeFileSync(first.path, damaged)
      const { moments, flaws } = await everyMoment(at.path)
      expect(flaws, `byte ${byte}`).toHaveLength(1)
      for (const { snapshot } of moments) expect(snapshot).toEqual(shown[snapshot.seq - 1])
      const later = moments.filter(({ snapshot }) => Date.parse(snapshot.takenAt) >= noon + 60 * minute)
      expect(later).toHaveLength(30)
    }
  })

  test('a clock that goes back begins a segment; of two moments of one time the later is shown', async () => {
    using at = place()
    const { journal } = await journalIn(at.path)
    const agent = memoryAgent()
    journal.follow(agent)
    const clock = [0, 10, 5, 20].map((minutes) => noon + minutes * minute)
    const shown = clock.map((ms, step) => agent.look(nodeAt(step, 2, ms)).snapshot)
    await journal.close()
    expect(segmentNames(at.path)).toHaveLength(2)
    const seqAt = async (minutes: number) => (await snapshotAt(at.path, noon + minutes * minute)).snapshot?.seq
    expect(await seqAt(4)).toBe(1)
    expect(await seqAt(7)).toBe(3)
    expect(await seqAt(12)).toBe(3)
    expect(await seqAt(20)).toBe(4)
    expect((await everyMoment(at.path)).moments.map(({ snapshot }) => snapshot)).toEqual(shown)
    const events = []
    for await (const told of eventsBetween(at.path, noon, noon + 60 * minute, () => {}))
      if ('event' in told) events.push(told.event)
    expect(events).toEqual(agent.events())
  })

  test('never takes more room than it may, and keeps the newest', async () => {
    using at = place()
    const { journal } = await journalIn(at.path, { maxBytes: 200_000 })
    const agent = memoryAgent()
    journal.follow(agent)
    const sizes: number[] = []
    for (let step = 0; step < 1_500; step += 1) {
      agent.look(nodeAt(step, 20, noon + step * 1_000))
      sizes.push(journal.counts().bytes)
    }
    const onDisk = listSegments(at.path).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(onDisk).toBe(sizes.at(-1))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000)
    expect(Math.min(...sizes.slice(-500))).toBeGreaterThan(150_000)
    const { moments } = await everyMoment(at.path)
    expect(moments.at(-1)?.snapshot).toEqual(agent.latest()?.snapshot)
    expect(moments[0]?.snapshot.takenAt).toBe(new Date(journal.counts().oldestAtMs ?? 0).toISOString())
    await journal.close()
  })

  test('forgets what is older than it may be', async () => {
    using at = place()
    const { journal } = await journalIn(at.path, { maxAgeMs: 3 * 60 * minute })
    const agent = memoryAgent()
    journal.follow(agent)
    for (let step = 0; step < 1_000; step += 1) agent.look(nodeAt(step, 2, noon + step * minute))
    const keptMs = noon + 999 * minute - (journal.counts().oldestAtMs ?? 0)
    expect(keptMs).toBeGreaterThanOrEqual(3 * 60 * minute)
    expect(keptMs).toBeLessThanOrEqual(4 * 60 * minute)
    await journal.close()
  })

  test('what cannot be written is counted, told once, tried again, and the events are written then', async () => {
    using at = place()
    let nowMs = 0
    const { journal, told } = await journalIn(at.path, { clock: () => nowMs })
    const agent = memoryAgent()
    journal.follow(agent)
    // In the way of the first two segments.
    for (const name of ['00000001.journal', '00000002.journal']) mkdirSync(join(at.path, name))
    for (let step = 0; step < 30; step += 1) {
      nowMs += 1_000
      agent.look(nodeAt(step, 3, noon + step * 1_000))
    }
    await journal.close()
    expect(journal.counts().failedWrites).toBe(2)
    expect(told.map(({ kind }) => kind)).toEqual(['failing', 'writing-again'])
    expect(told[1]).toEqual({ kind: 'writing-again', lostEvents: 0 })
    for (const name of ['00000001.journal', '00000002.journal'])
      expect(statSync(join(at.path, name)).isDirectory()).toBe(true)
    expect(readdirSync(at.path)).toContain('00000003.journal')
    for (const name of ['00000001.journal', '00000002.journal']) rmdirSync(join(at.path, name))
    expect((await everyMoment(at.path)).events).toEqual(agent.events())
  })

  test('a second one in the same directory waits until the first is gone', async () => {
    using at = place()
    const first = await journalIn(at.path)
    const second = await journalIn(at.path)
    expect(second.told).toEqual([{ kind: 'held-by-another' }])
    const agent = memoryAgent()
    second.journal.follow(agent)
    agent.look(nodeAt(0, 3, noon))
    expect(segmentNames(at.path)).toEqual([])
    await second.journal.close()
    await first.journal.close()
    const third = await journalIn(at.path)
    expect(third.told).toEqual([])
    await third.journal.close()
  })
})
