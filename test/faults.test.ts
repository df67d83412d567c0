import { expect, test } from 'vitest'
import { inspect, interestOf } from '../src/core/inspect.ts'
import { newMemory } from '../src/core/model/memory.ts'
import type { Verdict } from '../src/core/model/snapshot.ts'
import { type Archive, archiveSource, type Entry } from '../src/sources/archive.ts'
import { Collector } from '../src/sources/collect.ts'
import { replay, scenarios } from './replay.ts'

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a clock that is set back between two passes accuses nobody else',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const once = (await replay([moment])).snapshot
    const accused = once.verdicts.map(({ key }) => key)
    for (const byMs of [-86_400_000, -60_000, -1_000]) {
      const { snapshot } = await replay([moment, { ...moment, takenAtMs: moment.takenAtMs + byMs }])
      expect(accused).toEqual(expect.arrayContaining(snapshot.verdicts.map(({ key }) => key)))
    }
  },
)

/** The moment as it is after the clock was set forward: the kernel reckons its boot time from the clock. proc(5), btime */
function setForward(moment: Archive, byMs: number): Archive {
  const stat = moment.entries.get('/proc/stat')
  if (stat?.kind !== 'file') throw new Error('a moment without /proc/stat')
  const text = stat.bytes.toString().replace(/^btime (\d+)/m, (_, at: string) => `btime ${Number(at) + byMs / 1_000}`)
  return {
    ...moment,
    takenAtMs: moment.takenAtMs + byMs,
    entries: new Map([...moment.entries, ['/proc/stat', { kind: 'file', bytes: Buffer.from(text) }]]),
  }
}

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a clock that is set forward between two passes makes nothing older',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const firing = async (moments: readonly Archive[]) =>
      (await replay(moments, 30_000)).snapshot.verdicts
        .filter(({ status }) => status === 'firing')
        .map(({ key }) => key)
    const before = await firing([moment])
    expect(before).toEqual(expect.arrayContaining(await firing([moment, setForward(moment, 86_400_000)])))
  },
)

/** The moment as it is after the node was suspended: all are older, and nobody was at work. */
function sleptFor(moment: Archive, ms: number): Archive {
  const uptime = moment.entries.get('/proc/uptime')
  if (uptime?.kind !== 'file') throw new Error('a moment without /proc/uptime')
  const [seconds = '', ...rest] = uptime.bytes.toString().split(' ')
  const text = [(Number(seconds) + ms / 1_000).toFixed(2), ...rest].join(' ')
  return {
    ...moment,
    takenAtMs: moment.takenAtMs + ms,
    entries: new Map([...moment.entries, ['/proc/uptime', { kind: 'file', bytes: Buffer.from(text) }]]),
  }
}

const firingKeys = (verdicts: readonly Verdict[]): string[] =>
  verdicts.filter(({ status }) => status === 'firing').map(({ key }) => key)

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a node that was suspended for a night accuses nobody of having been late',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const sleepMs = 8 * 3_600_000
    const fires = async (nightMs: number): Promise<string[]> => {
      const collector = new Collector(archiveSource([moment, sleptFor(moment, nightMs + 2_000)]))
      let memory = newMemory({ run: 'slept', graceMs: 30_000, measureEveryMs: 15_000 })
      let verdicts: readonly Verdict[] = []
      for (const awakeMs of [5_000, 7_000]) {
        const host = await collector.pass(interestOf)
        if (host === false) throw new Error('a moment is missing')
        const inspection = inspect({ ...host, source: 'live', awakeMs, durationMs: 0 }, memory)
        memory = inspection.memory
        verdicts = inspection.snapshot.verdicts
      }
      return firingKeys(verdicts)
    }
    expect(await fires(0)).toEqual(expect.arrayContaining(await fires(sleepMs)))
  },
)

/** What an overloaded kernel, or a network file system, may answer to any call, and every how many readings. */
const failures = [
  ['ENOMEM', 1],
  ['ENOMEM', 2],
  ['EMFILE', 3],
  ['EIO', 4],
  ['ESTALE', 5],
  ['EINTR', 7],
] as const

/** In so many passes even what is read in turns is read anew: what a container's first process waits for. */
const PASSES = 16

/** Every n-th reading fails. */
function failing(moment: Archive, errno: string, every: number): Archive {
  const fails = (_: unknown, index: number): boolean => index % every === every - 1
  const error: Entry = { kind: 'error', errno }
  return {
    ...moment,
    entries: new Map([...moment.entries].map(([path, entry], index) => [path, fails(path, index) ? error : entry])),
    facts: new Map([...moment.facts].map(([path, facts], index) => [path, fails(path, index) ? { errno } : facts])),
  }
}

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a pass in which the kernel has no memory accuses nobody, and what was there is seen again',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    // Who is accused counts, and not by which id: that may be what could not be read.
    const accused = async (moments: readonly Archive[]) =>
      (await replay(moments)).snapshot.verdicts.map(({ code, key, subject: { pid } }) => `${code} ${pid ?? key}`).sort()
    const twice = await accused([moment, moment])
    for (const [errno, every] of failures)
      expect(twice).toEqual(expect.arrayContaining(await accused([moment, failing(moment, errno, every)])))
    const after = Array.from({ length: PASSES }, () => moment)
    expect(await accused([moment, failing(moment, 'ENOMEM', 2), ...after])).toEqual(twice)
  },
)
