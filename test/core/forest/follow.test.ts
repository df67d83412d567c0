import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect, interestOf } from '../../../src/core/inspect.ts'
import type { HostSample } from '../../../src/core/model/host.ts'
import { newMemory } from '../../../src/core/model/memory.ts'
import { type Archive, archiveSource, type Entry } from '../../../src/sources/archive.ts'
import { Collector } from '../../../src/sources/collect.ts'
import { scenarios } from '../../replay.ts'

const TICKS_A_STEP = 200
const LONG_TICKS = 1_000_000

const does = [
  'fork',
  'fork',
  'fork',
  'look alike',
  'exit',
  'exit',
  'vanish',
  'move',
  'rename',
  'turn',
  'enter',
] as const
interface Deed {
  readonly what: (typeof does)[number]
  /** Which process, and which other. */
  readonly who: number
  readonly whom: number
  /** Whether it concerns one that came after the recording: most things do. */
  readonly isNew: boolean
  /** Whether a number is used again. */
  readonly isReused: boolean
}
const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom(...does),
  who: fc.nat(),
  whom: fc.nat(),
  isNew: fc.boolean(),
  isReused: fc.boolean(),
})

/** A node as files of its processes, on which things happen. */
class Stage {
  readonly #entries: Map<string, Entry>
  readonly #last: Archive
  readonly #strangers = new Set<number>()
  readonly #freed: number[] = []
  #ticks: number
  #next: number

  constructor(last: Archive) {
    this.#last = last
    this.#entries = new Map(last.entries)
    this.#next = Math.max(...this.#pids()) + 1
    const started = this.#pids().map((pid) => Number(this.#fields(pid)[19]))
    this.#ticks = Math.max(...started.filter(Number.isInteger)) + LONG_TICKS
  }

  moment(): Archive {
    this.#ticks += TICKS_A_STEP
    const uptime = `${(this.#ticks / 100).toFixed(2)} 0.00\n`
    const entries = new Map(this.#entries).set('/proc/uptime', { kind: 'file', bytes: Buffer.from(uptime) })
    return { ...this.#last, takenAtMs: this.#last.takenAtMs + this.#ticks * 10, entries }
  }

  do({ what, who, whom, isNew, isReused }: Deed): void {
    const all = this.#pids()
    const strangers = all.filter((pid) => this.#strangers.has(pid))
    const among = isNew && strangers.length > 0 ? strangers : all
    const pid = among[who % among.length] as number
    const other = all[whom % all.length] as number
    switch (what) {
      case 'fork':
        this.#fork(pid, isReused, [`worker-${whom % 3}`, 'worker\0--one\0'])
        return
      case 'look alike':
        this.#fork(pid, isReused, [this.#comm(other), this.#text(other, 'cmdline')])
        return
      case 'exit':
      case 'vanish': {
        const children = all.filter((each) => this.#fields(each)[1] === String(pid))
        // Readings of one pass are not of one instant: children may show a parent that is gone.
        if (what === 'exit') for (const child of children) this.#set(child, 1, this.#pids().includes(1) ? '1' : '0')
        for (const path of this.#entries.keys()) if (path.startsWith(`/proc/${pid}/`)) this.#entries.delete(path)
        this.#freed.push(pid)
        return
      }
      case 'move':
        this.#set(pid, 1, String(other))
        return
      case 'rename':
        this.#write(pid, 'stat', `${pid} (renamed-${whom % 3}) ${this.#fields(pid).join(' ')}\n`)
        return
      case 'turn':
        this.#set(pid, 0, 'SRDTZ'[whom % 5] as string)
        return
      case 'enter':
        this.#write(pid, 'cgroup', this.#text(other, 'cgroup'))
        return
      default:
        what satisfies never
    }
  }

  #fork(parent: number, isReused: boolean, [comm, cmdline]: readonly [string, string]): void {
    const pid = (isReused ? this.#freed.pop() : undefined) ?? this.#next++
    const fields = [...this.#fields(parent)]
    fields[0] = 'S'
    fields[1] = String(parent)
    fields[19] = String(this.#ticks)
    this.#write(pid, 'stat', `${pid} (${comm}) ${fields.join(' ')}\n`)
    this.#write(pid, 'cgroup', this.#text(parent, 'cgroup'))
    this.#write(pid, 'cmdline', cmdline)
    this.#strangers.add(pid)
  }

  #pids(): number[] {
    return [...this.#entries.keys()].flatMap((path) => {
      const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1]
      return pid === undefined || this.#text(Number(pid), 'stat') === '' ? [] : [Number(pid)]
    })
  }

  #text(pid: number, name: string): string {
    const entry = this.#entries.get(`/proc/${pid}/${name}`)
    return entry?.kind === 'file' ? entry.bytes.toString('latin1') : ''
  }

  #comm(pid: number): string {
    const stat = this.#text(pid, 'stat')
    return stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  }

  /** From the state on: proc(5), field 3. */
  #fields(pid: number): string[] {
    const stat = this.#text(pid, 'stat')
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .trim()
      .split(' ')
  }

  #set(pid: number, field: number, value: string): void {
    const fields = this.#fields(pid)
    fields[field] = value
    this.#write(pid, 'stat', `${pid} (${this.#comm(pid)}) ${fields.join(' ')}\n`)
  }

  #write(pid: number, name: string, text: string): void {
    this.#entries.set(`/proc/${pid}/${name}`, { kind: 'file', bytes: Buffer.from(text, 'latin1') })
  }
}

const timeless = (host: HostSample) => ({
  ...host,
  durationMs: 0,
  reads: 0,
  processes: host.processes.map((process) => ({ ...process, usage: undefined })),
})

const nodes = scenarios().filter(({ moments }) => moments.at(-1)?.entries.has('/proc/uptime'))
const runs = Number(process.env['SHIMSCOPE_FUZZ_RUNS'] ?? 4)
let steps = 0
let stood = 0
let idle = 0

describe('a forest that is followed shows what a new one would', () => {
  it.each(nodes)('$name', { timeout: 300_000 }, async ({ moments }) => {
    const last = moments.at(-1) as Archive
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(deed, { maxLength: 3 }), { minLength: 4, maxLength: 10 }), async (history) => {
        const stage = new Stage(last)
        const shown = [last, stage.moment(), stage.moment()]
        for (const deeds of history) {
          for (const one of deeds) stage.do(one)
          shown.push(stage.moment())
        }
        const follows = new Collector(archiveSource(shown))
        const reads = new Collector(archiveSource(shown))
        let earlier: HostSample | undefined
        let memory = newMemory({ run: 'followed', graceMs: 0, measureEveryMs: 0 })
        for (;;) {
          const host = await follows.pass(interestOf)
          const fresh = await reads.pass((processes) => interestOf(processes))
          if (host === false || fresh === false) break
          expect(timeless(host)).toEqual(timeless(fresh))
          // As a live pass has it: a clock that goes on.
          const sample = { ...host, durationMs: 0, awakeMs: host.uptimeMs }
          const before = memory
          const anew = inspect(sample, { ...before, grown: null })
          const inspection = inspect(sample, before)
          expect(inspection.snapshot).toEqual(anew.snapshot)
          expect(inspection.processes()).toEqual(anew.processes())
          expect(inspection.zombies).toEqual(anew.zombies)
          expect([...inspection.concern].sort()).toEqual([...anew.concern].sort())
          // A pass may look twice before it says anything: what the first look brought up to date must not show.
          if (earlier !== undefined)
            expect(inspect(earlier, before).snapshot).toEqual(inspect(earlier, { ...before, grown: null }).snapshot)
          const again = inspect(sample, before)
          expect(again.snapshot).toEqual(anew.snapshot)
          expect(again.processes()).toEqual(anew.processes())
          earlier = sample
          steps += 1
          const isOther = before.grown?.forest.host.processes !== host.processes
          if (isOther && before.grown?.forest.shims === inspection.memory.grown?.forest.shims) stood += 1
          if (isOther && before.grown?.forest.tree === inspection.memory.grown?.forest.tree) idle += 1
          memory = inspection.memory
        }
      }),
      { numRuns: runs },
    )
  })

  it('and often it can be followed', () => {
    expect(stood).toBeGreaterThan(steps / 20)
    expect(idle).toBeGreaterThan(steps / 50)
  })
})
