import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyPass, inTurns, isTurn, type Rhythm } from '../../src/sources/rhythm.ts'
import type { Interest, ProcessSample, Wanted } from '../../src/core/model/process.ts'
import type { Attention, Look } from '../../src/sources/attention.ts'
import { Audit } from '../../src/sources/audit.ts'
import { Processes } from '../../src/sources/collect-processes.ts'
import { type Archive, archiveSource, type Entry } from '../../src/sources/archive.ts'
import { Tally } from '../../src/sources/tally.ts'
import { attentionIn } from './attention.ts'

const rhythm = inTurns(2_000)

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly start: number
  readonly comm?: string
  readonly state?: string
  readonly argv?: string
  readonly cgroup?: string
}

const statOf = ({ pid, ppid, start, state = 'S', comm = `p${pid}` }: Row): string =>
  `${pid} (${comm}) ${state} ${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`

function nodeOf(rows: readonly Row[]): Archive {
  const entries = new Map<string, Entry>()
  const write = (path: string, text: string) => entries.set(path, { kind: 'file', bytes: Buffer.from(text) })
  for (const row of rows) {
    write(`/proc/${row.pid}/stat`, statOf(row))
    write(`/proc/${row.pid}/cgroup`, `0::${row.cgroup ?? '/'}\n`)
    write(`/proc/${row.pid}/cmdline`, row.state === 'Z' ? '' : `${row.argv ?? `program ${row.pid}`}\0`)
  }
  return { takenAtMs: 0, entries, listings: new Map(), facts: new Map() }
}

interface Looking {
  readonly number: number
  readonly rhythm?: Rhythm
  readonly look?: Look
  readonly watched?: ReadonlyMap<number, Interest>
  readonly concern?: readonly number[]
  readonly newSince?: number
  readonly youngSince?: number
  readonly audit?: Audit
  readonly announced?: readonly number[] | undefined
}

async function pass(
  processes: Processes,
  rows: readonly Row[],
  {
    number,
    rhythm: own = rhythm,
    look = 'in turns',
    watched = new Map(),
    concern = [],
    newSince,
    youngSince,
    audit,
    announced,
  }: Looking,
) {
  const tally = new Tally()
  const source = archiveSource([nodeOf(rows)])
  await source.begin()
  const attention: Attention = {
    ...attentionIn(number, own),
    look,
    announced: announced === undefined ? undefined : Int32Array.from(new Set(announced)).sort(),
    wanted: new Map([...watched].map(([pid, interest]): [number, Wanted] => [pid, { interest }])),
    concern: new Set(concern),
    ...(newSince === undefined ? {} : { newSinceTicks: newSince }),
    ...(youngSince === undefined ? {} : { youngSinceTicks: youngSince }),
  }
  const { processes: found, unannounced } = processes.collect(source, tally, attention)
  const missed = audit?.collect(source, { processes: found, unannounced, bundles: [] }, attention).differences ?? {}
  return { found, reads: tally.reads.known, missed }
}

const truthOf = async (rows: readonly Row[]) => await pass(new Processes(), rows, { number: 1, rhythm: everyPass })

const before: readonly Row[] = [
  { pid: 1, ppid: 0, start: 1 },
  { pid: 7, ppid: 31, start: 5 },
  { pid: 11, ppid: 1, start: 2 },
  { pid: 21, ppid: 11, start: 3 },
  { pid: 31, ppid: 21, start: 4 },
]

/** A pass in which it is nobody's turn. */
const idle = [...Array(600).keys()].find(
  (number) =>
    number > 1 &&
    before.every(
      ({ pid }) =>
        ![rhythm.stat, rhythm.texts, rhythm.keepers].some((turns) => isTurn(pid, turns, { rhythm, pass: number })),
    ),
) as number

/** What is seen of `after` in the very next pass, in which it is nobody's turn. */
async function nextPass(after: readonly Row[], looking: Partial<Looking> = {}) {
  const processes = new Processes()
  await pass(processes, before, { number: 1 })
  const seen = await pass(processes, after, { ...looking, number: idle })
  const truth = await truthOf(after)
  return { seen: seen.found, truth: truth.found, reads: seen.reads, fully: truth.reads }
}

const changed = (pid: number, change: Partial<Row>): readonly Row[] =>
  before.map((row) => (row.pid === pid ? { ...row, ...change } : row))

describe('in a pass in which it is nobody’s turn', () => {
  it('nobody is read where nothing happens, and the same is said', async () => {
    const { seen, truth, reads } = await nextPass(before)
    expect(seen).toEqual(truth)
    expect(reads).toBe(1)
  })

  it('who came and who went is seen', async () => {
    const after = [...before.filter(({ pid }) => pid !== 7), { pid: 41, ppid: 31, start: 9 }]
    const { seen, truth } = await nextPass(after)
    expect(seen).toEqual(truth)
  })

  it('whose parent went is seen, on whatever side of it in the order of pids', async () => {
    const after = before.filter(({ pid }) => pid !== 31).map((row) => (row.pid === 7 ? { ...row, ppid: 1 } : row))
    const { seen, truth } = await nextPass(after)
    expect(seen).toEqual(truth)
    const all = before.filter(({ pid }) => pid !== 11).map((row) => (row.pid === 21 ? { ...row, ppid: 1 } : row))
    const other = await nextPass(all)
    expect(other.seen).toEqual(other.truth)
  })

  it('that the parent of a newcomer is another process with its pid is seen, and what that says of its children', async () => {
    const after = [
      ...before.map((row) =>
        row.pid === 21 ? { ...row, ppid: 1, start: 8 } : row.pid === 31 ? { ...row, ppid: 1 } : row,
      ),
      { pid: 51, ppid: 21, start: 9 },
    ]
    const { seen, truth } = await nextPass(after)
    expect(seen).toEqual(truth)
  })

  it('the new parents of those are seen whose parent is found dead and is not reaped', async () => {
    const after = changed(21, { state: 'Z', argv: '' }).map((row) => (row.pid === 31 ? { ...row, ppid: 1 } : row))
    const { seen, truth } = await nextPass(after, { concern: [21] })
    expect(seen).toEqual(truth)
  })

  it('that a parent died is seen by who is no longer its child', async () => {
    const after = changed(21, { state: 'Z', argv: '' }).map((row) => (row.pid === 31 ? { ...row, ppid: 1 } : row))
    const { seen, truth } = await nextPass(after, { concern: [31] })
    expect(seen).toEqual(truth)
  })

  it.each<Interest>(['daemon', 'engine', 'stray', 'blocked'])('a %s is read', async (interest) => {
    const { seen, truth } = await nextPass(changed(31, { state: 'T', argv: 'other', cgroup: '/elsewhere' }), {
      watched: new Map([[31, interest]]),
    })
    expect(seen).toEqual(truth)
  })

  it.each<Interest>(['shim', 'root', 'machine'])('the state of a %s is read', async (interest) => {
    const { seen, truth } = await nextPass(changed(31, { state: 'T' }), { watched: new Map([[31, interest]]) })
    expect(seen).toEqual(truth)
  })

  it.each<Interest>(['zombie', 'reaper'])('a %s is read on a close look', async (interest) => {
    const after = changed(31, { state: 'T' })
    const watched = new Map([[31, interest]])
    expect((await nextPass(after, { watched })).seen).not.toEqual((await truthOf(after)).found)
    expect((await nextPass(after, { watched, look: 'closely' })).seen).toEqual((await truthOf(after)).found)
  })

  it('whoever is of concern is read, whoever that is, and all of him', async () => {
    const after = changed(31, { argv: 'other', cgroup: '/elsewhere' })
    const { seen, truth } = await nextPass(after, { concern: [31] })
    expect(seen).toEqual(truth)
  })

  it('all is read of newcomers, and of young keepers and what they keep', async () => {
    const after = changed(31, { argv: 'other', cgroup: '/elsewhere' })
    for (const looking of [{ newSince: 4 }, { youngSince: 4, watched: new Map<number, Interest>([[31, 'root']]) }]) {
      const { seen, truth } = await nextPass(after, looking)
      expect(seen).toEqual(truth)
    }
  })

  it('what the young turn into is seen by what stat says, and so is all that this brings', async () => {
    const turned = await nextPass(changed(31, { comm: 'other', argv: 'other', cgroup: '/elsewhere' }), {
      youngSince: 4,
    })
    expect(turned.seen).toEqual(turned.truth)
    const same = await nextPass(changed(31, { argv: 'other' }), { youngSince: 4 })
    expect(same.seen).not.toEqual(same.truth)
  })
})

describe('who is blocked for a moment', () => {
  const blocked = changed(31, { state: 'D' })
  const dying = changed(31, { state: 'D', argv: '' })

  it('is who he was', async () => {
    const processes = new Processes()
    const first = await pass(processes, before, { number: idle, youngSince: 4 })
    const once = await pass(processes, blocked, { number: idle, youngSince: 4 })
    expect(once.found).toBe(first.found)
    const again = await pass(processes, before, { number: idle })
    expect(again.found).toBe(first.found)
  })

  it('is blocked when he still is in the next pass, whoever’s turn it is', async () => {
    const processes = new Processes()
    await pass(processes, before, { number: idle, youngSince: 4 })
    await pass(processes, blocked, { number: idle, youngSince: 4 })
    const still = await pass(processes, blocked, { number: idle })
    expect(still.found).toEqual((await truthOf(blocked)).found)
  })

  it('is who he was while he dies, and all of him is read in the next pass', async () => {
    const processes = new Processes()
    const first = await pass(processes, before, { number: idle, newSince: 4 })
    const once = await pass(processes, dying, { number: idle, newSince: 4 })
    expect(once.found).toBe(first.found)
    const still = await pass(processes, dying, { number: idle })
    expect(still.found).toEqual((await truthOf(dying)).found)
  })

  it('is believed at once where he is of a runtime, of concern, or new', async () => {
    for (const looking of [{ watched: new Map<number, Interest>([[31, 'engine']]) }, { concern: [31] }]) {
      const { seen, truth } = await nextPass(blocked, looking)
      expect(seen).toEqual(truth)
    }
    const newcomer = await nextPass([...before, { pid: 41, ppid: 31, start: 9, state: 'D' }])
    expect(newcomer.seen).toEqual(newcomer.truth)
  })

  it('is not where he is the first process of a container', async () => {
    const root = await nextPass(blocked, { watched: new Map<number, Interest>([[31, 'root']]), look: 'closely' })
    expect(root.seen).toEqual((await truthOf(before)).found)
  })
})

describe('where the kernel announces who comes and who goes', () => {
  /** Everybody was looked at since it was first heard. */
  const heardFrom = rhythm.stat + 2

  async function listening(rows = before): Promise<Processes> {
    const view = new Processes()
    for (let number = 1; number < heardFrom; number += 1) await pass(view, rows, { number, announced: [] })
    return view
  }

  /** Passes over nodes, each with what is announced before it; how many were found, and how many lists that took. */
  async function looks(view: Processes, steps: readonly (readonly [Archive, readonly number[] | undefined])[]) {
    const seen = { found: [] as number[], lists: [] as number[] }
    for (const [node, announced] of steps) {
      const source = archiveSource([node])
      await source.begin()
      let lists = 0
      const counting = {
        ...source,
        list(path: string) {
          lists += 1
          return source.list(path)
        },
      }
      const number = heardFrom + seen.found.length
      const attention = { ...attentionIn(number), announced: announced && Int32Array.from(announced) }
      seen.found.push(view.collect(counting, new Tally(), attention).processes.length)
      seen.lists.push(lists)
    }
    return seen
  }

  const node = nodeOf(before)
  const grown = nodeOf([...before, { pid: 41, ppid: 31, start: 9 }])
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

  it('most passes do without a list: who is announced is there, or has gone', async () => {
    const { found, lists } = await looks(await listening(), [
      [grown, []],
      [grown, [41]],
      [grown, []],
      [node, [41]],
      [node, []],
    ])
    expect(found.slice(1)).toEqual([6, 6, 5, 5])
    expect(sum(lists)).toBe(1)
  })

  it('all of whoever is announced is read, whoever’s turn it is', async () => {
    const view = await listening()
    const after = changed(31, { comm: 'other', argv: 'other', cgroup: '/elsewhere' })
    const seen = await pass(view, after, { number: heardFrom, announced: [31] })
    expect(seen.found).toEqual((await truthOf(after)).found)
  })

  it('it is listed until everybody was looked at since it was first heard, and after a loss again', async () => {
    const quietly = Array.from({ length: heardFrom }, () => [node, []] as const)
    expect((await looks(new Processes(), quietly)).lists.slice(0, -2)).toEqual(Array(rhythm.stat).fill(1))
    const { lists } = await looks(await listening(), [[node, undefined], ...quietly])
    expect(lists.slice(0, -2)).toEqual(Array(rhythm.stat + 1).fill(1))
  })

  it('it is listed now and then all the same', async () => {
    const { lists } = await looks(await listening(), Array(5 * rhythm.list).fill([node, []]))
    expect(sum(lists)).toBe(5)
  })

  it('it is listed where somebody cannot be read, and where as many are announced as would be listed', async () => {
    const denied: Entry = { kind: 'error', errno: 'EACCES' }
    const broken = { ...node, entries: new Map(node.entries).set('/proc/31/stat', denied) }
    const view = await listening()
    await looks(view, Array(rhythm.list - 1).fill([node, []]))
    expect((await looks(view, [[node, [1, 31]]])).lists).toEqual([1])
    expect(
      (
        await looks(await listening(), [[broken, [31]], ...Array(3).fill([broken, []]), [node, []], [node, []]])
      ).lists.slice(1),
    ).toEqual([1, 1, 1, 1, 0])
  })

  it('who does not say when he is reaped is asked in each pass until he is', async () => {
    const dead = changed(31, { state: 'Z', argv: '' }).map((row) => (row.pid === 7 ? { ...row, ppid: 1 } : row))
    const reaped = nodeOf(dead.filter(({ pid }) => pid !== 31))
    const view = await listening()
    expect((await pass(view, dead, { number: heardFrom - 1, announced: [31] })).found).toEqual(
      (await truthOf(dead)).found,
    )
    const { found, lists } = await looks(view, [
      [nodeOf(dead), []],
      [reaped, []],
      [reaped, []],
    ])
    expect(found).toEqual([5, 4, 4])
    expect(sum(lists)).toBeLessThan(2)
  })

  it('a kernel that says nothing of who comes and goes is found out, and not relied on for a while', async () => {
    const view = await listening()
    const audit = new Audit()
    const missed: number[] = []
    const wrong: boolean[] = []
    for (let number = heardFrom; number < 2 * rhythm.texts; number += 1) {
      const rows = [...before, { pid: 100 + Math.floor(number / 2), ppid: 1, start: number - (number % 2) }]
      const seen = await pass(view, rows, { number, announced: [], audit })
      missed.push(seen.missed.process ?? 0)
      wrong.push(seen.found.at(-1)?.pid !== rows.at(-1)?.pid)
    }
    const foundOut = missed.findIndex((count) => count > 0)
    expect(foundOut).toBeGreaterThan(0)
    expect(foundOut).toBeLessThanOrEqual(2 * rhythm.list + rhythm.stat)
    expect(wrong.indexOf(true)).toBeLessThan(foundOut)
    expect(wrong.slice(foundOut + 1, foundOut + rhythm.texts)).not.toContain(true)
  })

  it('whoever is announced is not asked as often whether he is another', async () => {
    const readsOf = async (view: Processes, announced: readonly number[] | undefined) => {
      let reads = 0
      for (let number = 20; number < 20 + 3 * rhythm.stat; number += 1)
        reads += (await pass(view, before, { number, announced })).reads
      return reads
    }
    const alone = new Processes()
    await pass(alone, before, { number: 1 })
    expect(await readsOf(await listening(), [])).toBeLessThan((await readsOf(alone, undefined)) / 2)
  })
})

it('everybody has a turn, as often as the others, and no pass is much dearer than the next', () => {
  for (const spacing of [1, 2, 5, 10, 16, 60]) {
    const pids = Array.from({ length: 1_000 }, (_, index) => 300 + index * spacing)
    for (const turns of [rhythm.stat, rhythm.keepers, rhythm.texts]) {
      const passes = Array.from({ length: turns }, (_, number) =>
        pids.filter((pid) => isTurn(pid, turns, { rhythm, pass: number + 1 })),
      )
      expect(new Set(passes.flat()).size).toBe(pids.length)
      expect(passes.flat().length).toBe(pids.length)
      expect(Math.max(...passes.map(({ length }) => length))).toBeLessThan((2.2 * pids.length) / turns + 10)
    }
  }
})

it('who waits for a turn of keepers has one whenever it is asked what he waits for', () => {
  for (let pid = 1; pid < 2_000; pid += 1) {
    for (let number = 1; number <= rhythm.waits; number += 1) {
      if (!isTurn(pid, rhythm.waits, { rhythm, pass: number })) continue
      expect(isTurn(pid, rhythm.keepers, { rhythm, pass: number })).toBe(true)
    }
  }
})

/** What happens on a node, one thing after the other; `at` picks whom it happens to. */
type Happening = { readonly what: (typeof happenings)[number]; readonly at: number }
const happenings = ['fork', 'exit', 'reap', 'reuse', 'exec', 'stop', 'block', 'wake', 'move', 'pass', 'pass'] as const

/** A kernel's process table, as far as it matters here. */
class Kernel {
  rows: readonly Row[] = [1, 2, 3, 5, 8, 13, 21, 34].map((pid) => ({ pid, ppid: pid === 1 ? 0 : 1, start: pid }))
  /** Pids of those that began, became another program or ended, one after the other. */
  readonly announced: number[] = []
  /** How many of these came too late for the last pass. */
  late = 0
  #ticks = 100
  #next = 40

  happen({ what, at }: Happening): void {
    const living = this.rows.filter(({ pid, state }) => pid !== 1 && state !== 'Z')
    const one = living[at % Math.max(1, living.length)]
    this.#ticks += 1
    switch (what) {
      case 'fork': {
        this.#next += 1 + (at % 3)
        const parent = one?.pid ?? 1
        this.rows = [...this.rows, { pid: this.#next, ppid: parent, start: this.#ticks }]
        this.announced.push(this.#next)
        return
      }
      case 'exit':
        if (one !== undefined) this.#exit(one.pid)
        return
      case 'reap': {
        const dead = this.rows.filter(({ state }) => state === 'Z')
        const reaped = dead[at % Math.max(1, dead.length)]
        this.rows = this.rows.filter((row) => row !== reaped)
        return
      }
      case 'reuse':
        if (one === undefined) return
        this.#exit(one.pid)
        this.rows = this.rows.filter(({ pid }) => pid !== one.pid)
        this.rows = [...this.rows, { pid: one.pid, ppid: 1, start: this.#ticks, argv: `another ${this.#ticks}` }]
        this.announced.push(one.pid)
        return
      case 'exec':
        this.#change(one, { argv: `exec ${this.#ticks}`, ...(at % 2 === 0 ? { comm: `c${this.#ticks}` } : {}) })
        if (one !== undefined) this.announced.push(one.pid)
        return
      case 'stop':
        this.#change(one, { state: 'T' })
        return
      case 'block':
        this.#change(one, { state: 'D' })
        return
      case 'wake':
        this.#change(one, { state: 'S' })
        return
      case 'move':
        this.#change(one, { cgroup: `/moved${this.#ticks}` })
        return
      case 'pass':
        return
    }
  }

  #exit(gone: number): void {
    this.announced.push(gone)
    this.rows = this.rows.map((row) => {
      if (row.pid === gone) return { ...row, state: 'Z', cgroup: '/' }
      return row.ppid === gone ? { ...row, ppid: 1 } : row
    })
  }

  #change(one: Row | undefined, change: Partial<Row>): void {
    this.rows = this.rows.map((row) => (row === one ? { ...row, ...change } : row))
  }
}

/** Who listens to the kernel: nobody; who hears everything in time, or some of it only after the pass; who loses some. */
const hearings = ['nothing', 'everything', 'late', 'not all'] as const

/** What was heard since the last pass, when the next begins. */
function heard(kernel: Kernel, hearing: (typeof hearings)[number], at: number): readonly number[] | undefined {
  const { announced } = kernel
  switch (hearing) {
    case 'nothing':
      announced.length = 0
      return undefined
    case 'everything':
      return announced.splice(0)
    case 'late': {
      // Who was late for one pass is in time for the next.
      const late = Math.min(at % 3, announced.length - kernel.late)
      kernel.late = late
      return announced.splice(0, announced.length - late)
    }
    case 'not all': {
      const all = announced.splice(0)
      return at % 4 === 3 ? undefined : all
    }
  }
}

/** What `stat` says of a process; what of that a kernel announces, and what not; and what its other files say. */
const standing = ({ key, ppid, comm, state }: ProcessSample) => JSON.stringify([key, ppid, comm, state])
const told = ({ key, ppid, comm, state }: ProcessSample) => JSON.stringify([key, ppid, comm, state === 'Z'])
const states = ({ key, state }: ProcessSample) => JSON.stringify([key, state])
const texts = ({ key, argv, cgroup }: ProcessSample) =>
  JSON.stringify([key, argv, cgroup.kind === 'known' ? cgroup.value.path : cgroup.kind])

it('whatever happens, nobody is older than the table says', async () => {
  const history = fc.array(fc.record({ what: fc.constantFrom(...happenings), at: fc.nat(50) }), {
    minLength: 20,
    maxLength: 150,
  })
  await fc.assert(
    fc.asyncProperty(history, fc.boolean(), fc.constantFrom(...hearings), async (steps, isQuick, hearing) => {
      // Turns as short as this come round within a history.
      const own: Rhythm = isQuick ? { ...rhythm, stat: 3, unannounced: 6, list: 3, texts: 7, keepers: 2 } : rhythm
      const kernel = new Kernel()
      const view = new Processes()
      const audit = new Audit()
      const watched = new Map<number, Interest>([
        [2, 'shim'],
        [3, 'daemon'],
        [5, 'reaper'],
      ])
      /** By pid: what was true of it in the latest passes, the last of them at the end. */
      const truths: Map<number, ProcessSample>[] = []
      for (const step of [...steps, ...Array<Happening>(own.texts + 1).fill({ what: 'pass', at: 0 })]) {
        kernel.happen(step)
        if (step.what !== 'pass') continue
        const truth = new Map((await truthOf(kernel.rows)).found.map((process) => [process.pid, process]))
        truths.push(truth)
        const announced = heard(kernel, hearing, step.at)
        const looking = { number: truths.length, rhythm: own, watched, audit, announced }
        const { found, missed } = await pass(view, kernel.rows, looking)
        expect(missed).toEqual({})
        const isToBeHeard = new Set(kernel.announced)
        expect(found.map(({ pid }) => pid).filter((pid) => !isToBeHeard.has(pid))).toEqual(
          [...truth.keys()].filter((pid) => !isToBeHeard.has(pid)),
        )
        for (const process of found) {
          const { pid } = process
          if (isToBeHeard.has(pid)) continue
          const isSeenNow = (of: (one: ProcessSample) => string, passes: number) =>
            truths.slice(-passes).some((earlier) => {
              const was = earlier.get(pid)
              return was !== undefined && of(was) === of(process)
            })
          const interest = watched.get(pid)
          // Of whoever nothing hangs on, that it is blocked is seen twice before it is believed.
          const late = interest === undefined && truth.get(pid)?.state === 'D' ? 1 : 0
          const others = own.stat + late
          const turns = interest === 'reaper' ? Math.min(own.keepers, own.stat) : interest === undefined ? others : 1
          const longest = interest === undefined && hearing !== 'nothing' ? own.unannounced + late : turns
          const stat = longest === turns ? standing : told
          expect(isSeenNow(stat, turns), `stat of ${pid} in pass ${truths.length}`).toBe(true)
          expect(isSeenNow(states, longest), `state of ${pid} in pass ${truths.length}`).toBe(true)
          expect(isSeenNow(texts, own.texts + late), `texts of ${pid} in pass ${truths.length}`).toBe(true)
          // Whose parent is not there any more has another.
          if (process.ppid !== 0 && !isToBeHeard.has(process.ppid))
            expect(truth.has(process.ppid), `parent of ${pid}`).toBe(true)
        }
      }
      expect([...(truths.at(-1)?.values() ?? [])].map(standing)).toEqual(
        (await pass(view, kernel.rows, { number: truths.length + 1, rhythm: own, look: 'closely' })).found.map(
          standing,
        ),
      )
    }),
    { numRuns: 150 },
  )
}, 120_000)
