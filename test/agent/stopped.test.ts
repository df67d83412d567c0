import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type PassOptions, type PassOutcome, PassRunner } from '../../src/agent/pass-runner.ts'
import { WatchedTime } from '../../src/agent/watched-time.ts'
import type { Archive } from '../../src/sources/archive.ts'
import { laterArchive } from '../../src/sources/replay.ts'
import { inTurns } from '../../src/sources/rhythm.ts'
import { scenarios } from '../replay.ts'
import { standingNode } from '../support/standing-node.ts'

/** The agent is stopped for a minute (SIGSTOP), and the node goes on. */
const STOPPED_MS = 60_000
const INTERVAL_MS = 2_000
const options: PassOptions = { run: 'stopped', graceMs: 30_000, intervalMs: INTERVAL_MS, rhythm: inTurns(INTERVAL_MS) }

// The clock that it goes by, performance.now(), too.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('time that was watched', () => {
  it('goes on with every look, and not for longer than an interval where there was none', () => {
    const watched = new WatchedTime(INTERVAL_MS)
    expect([0, 2_000, 9_000, 19_000].map((nowMs) => watched.at(nowMs))).toEqual([0, 2_000, 9_000, 19_000])
    expect([28_000, 30_000].map((nowMs) => watched.wasAway(nowMs))).toEqual([false, true])
    expect([79_000, 81_000].map((nowMs) => watched.at(nowMs))).toEqual([21_000, 23_000])
  })

  it('is all time, for who looks seldom or does not say how often', () => {
    for (const intervalMs of [60_000, Number.POSITIVE_INFINITY])
      expect([0, 90_000].map((nowMs) => new WatchedTime(intervalMs).at(nowMs))).toEqual([0, 0])
    const seldom = new WatchedTime(60_000)
    expect([0, 90_000, 150_000].map((nowMs) => seldom.at(nowMs))).toEqual([0, 90_000, 150_000])
  })
})

const firing = (outcome: PassOutcome): string[] =>
  outcome.snapshot.verdicts.filter(({ status }) => status === 'firing').map(({ key }) => key)

async function passOf(runner: PassRunner): Promise<PassOutcome> {
  const outcome = await runner.next()
  if (outcome === false) throw new Error('the node ended')
  return outcome
}

const single = scenarios().filter(({ moments }) => moments.length === 1)

describe('stopped between two passes', () => {
  it.each(single)('$name: nothing has lasted while nobody looked', async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const firingAfter = async (stoppedMs: number) => {
      const node = standingNode()
      await node.become(moment)
      const runner = new PassRunner(node.source, options)
      await passOf(runner)
      await node.become(laterArchive(moment, INTERVAL_MS + stoppedMs))
      vi.advanceTimersByTime(INTERVAL_MS + stoppedMs)
      return firing(await passOf(runner))
    }
    expect(await firingAfter(0)).toEqual(expect.arrayContaining(await firingAfter(STOPPED_MS)))
  })

  it('what is wrong fires when it has been seen for the grace, and not before', async () => {
    const found =
      single.find(({ name }) => name === 'shim-daemonless') ?? single.find(({ name }) => name === 'containerd-killed')
    const moment = found?.moments[0]
    if (moment === undefined) throw new Error('no such scenario')
    const node = standingNode()
    const runner = new PassRunner(node.source, options)
    const fired: number[] = []
    let atMs = 0
    for (const restMs of [0, 10_000, STOPPED_MS, ...Array<number>(15).fill(INTERVAL_MS)]) {
      atMs += restMs
      vi.advanceTimersByTime(restMs)
      await node.become(laterArchive(moment, atMs))
      if (firing(await passOf(runner)).length > 0) fired.push(atMs)
    }
    // 10 s before it was stopped, an interval for that, and 18 s after.
    expect(fired[0]).toBe(10_000 + STOPPED_MS + 18_000)
  })
})

/** So many of a pass's readings are tried as the one before which it is stopped. */
const PLACES = 40

/** Healthy nodes, and the same without one shim and all that it keeps: it ended while nobody looked. */
const leaving = scenarios().flatMap(({ name, expected, moments }) => {
  const moment = moments.at(-1)
  const shim = moment && expected.length === 0 ? shimIn(moment) : undefined
  return moment === undefined || shim === undefined ? [] : [{ name, shim, moment }]
})

describe('stopped in the midst of a pass', () => {
  it('has recordings with shims', () => expect(leaving.length).toBeGreaterThan(30))

  it.each(leaving)('$name: what was read before and after makes no verdict together', async ({ moment, shim }) => {
    const after = without(moment, kinOf(moment, shim))
    const whole = await accusedIn(moment, after)
    for (let place = 0; place < PLACES; place += 1) {
      const torn = await accusedIn(moment, after, place / PLACES)
      expect(whole).toEqual(expect.arrayContaining(torn))
    }
  })
})

function shimIn({ entries }: Archive): number | undefined {
  const argvs = [...entries].filter(([path]) => path.endsWith('/cmdline'))
  const shim = argvs.find(([, entry]) => entry.kind === 'file' && /shim|conmon/.test(String(entry.bytes)))
  return shim && Number(/^\/proc\/(\d+)\//.exec(shim[0])?.[1])
}

/** A process and all below it. */
function kinOf({ entries }: Archive, first: number): ReadonlySet<number> {
  const parentOf = new Map<number, number>()
  for (const [path, entry] of entries) {
    const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1]
    const ppid = entry.kind === 'file' && /.*\) \S (\d+) /s.exec(entry.bytes.toString('latin1'))?.[1]
    if (pid !== undefined && ppid) parentOf.set(Number(pid), Number(ppid))
  }
  const kin = new Set([first])
  for (let size = 0; size !== kin.size; ) {
    size = kin.size
    for (const [pid, ppid] of parentOf) if (kin.has(ppid)) kin.add(pid)
  }
  return kin
}

function without(moment: Archive, pids: ReadonlySet<number>): Archive {
  const left = <T>(paths: ReadonlyMap<string, T>) =>
    new Map([...paths].filter(([path]) => !pids.has(Number(/^\/proc\/(\d+)(?:\/|$)/.exec(path)?.[1]))))
  return { ...moment, entries: left(moment.entries), facts: left(moment.facts), listings: left(moment.listings) }
}

/** By a pass before, one that something on the node began, and one after. @param tornAt after which part of the second */
async function accusedIn(before: Archive, after: Archive, tornAt?: number): Promise<string[]> {
  const node = standingNode()
  const runner = new PassRunner(node.source, options)
  const accused = new Set<string>()
  const look = async () => {
    const outcome = await runner.next({ look: 'closely' })
    if (outcome === false) throw new Error('the node ended')
    for (const { key } of outcome.snapshot.verdicts) accused.add(key)
  }
  await node.become(before)
  await look()
  if (tornAt !== undefined) {
    node.beforeReading(1 + Math.floor(tornAt * node.readings()), () => {
      void node.become(after)
      vi.advanceTimersByTime(STOPPED_MS)
    })
  }
  await look()
  await node.become(after)
  await look()
  return [...accused]
}
