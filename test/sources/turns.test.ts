import { expect, it } from 'vitest'
import { Processes } from '../../src/sources/collect-processes.ts'
import { type Archive, archiveSource, type Entry } from '../../src/sources/archive.ts'
import { Tally } from '../../src/sources/tally.ts'

const TURNS = 5

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly start: number
  readonly state?: string
  readonly argv?: string
  readonly cgroup?: string
}

const statOf = ({ pid, ppid, start, state = 'S' }: Row): string =>
  `${pid} (p${pid}) ${state} ${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`

function nodeOf(rows: readonly Row[]): Archive {
  const entries = new Map<string, Entry>()
  const write = (path: string, text: string) => entries.set(path, { kind: 'file', bytes: Buffer.from(text) })
  for (const row of rows) {
    write(`/proc/${row.pid}/stat`, statOf(row))
    write(`/proc/${row.pid}/cgroup`, `0::${row.cgroup ?? '/'}\n`)
    write(`/proc/${row.pid}/cmdline`, `${row.argv ?? `program ${row.pid}`}\0`)
  }
  return { takenAtMs: 0, entries, listings: new Map(), facts: new Map() }
}

/** Passes over one node after the other, with and without turns, side by side. */
async function pass(
  processes: Processes,
  rows: readonly Row[],
  {
    number,
    turns,
    watched = [],
    youngSince = 1_000,
  }: { number: number; turns: number; watched?: readonly number[]; youngSince?: number },
) {
  const tally = new Tally()
  const source = archiveSource([nodeOf(rows)])
  await source.begin()
  const { processes: found } = processes.collect(source, tally, {
    turns,
    pass: number,
    youngSinceTicks: youngSince,
    isWatched: (pid) => watched.includes(pid),
  })
  return { found, reads: tally.reads.known }
}

const before: readonly Row[] = [
  { pid: 1, ppid: 0, start: 1 },
  { pid: 11, ppid: 1, start: 2 },
  { pid: 21, ppid: 11, start: 3 },
  { pid: 31, ppid: 21, start: 4 },
  { pid: 7, ppid: 31, start: 5 },
]

/** What is seen of `after` in the very next pass, in which it is nobody's turn but that of pids ending in 2 or 7. */
async function nextPass(after: readonly Row[], watched: readonly number[] = []) {
  const [inTurns, fully] = [new Processes(), new Processes()]
  await pass(inTurns, before, { number: 1, turns: TURNS })
  const seen = await pass(inTurns, after, { number: 2, turns: TURNS, watched })
  const truth = await pass(fully, after, { number: 1, turns: 1 })
  return { seen: seen.found, truth: truth.found, reads: seen.reads, fully: truth.reads }
}

it('reads little where nothing happens, and says the same', async () => {
  const { seen, truth, reads, fully } = await nextPass(before)
  expect(seen).toEqual(truth)
  expect(reads).toBeLessThan(fully / 2)
})

it('sees at once who came and who went', async () => {
  const after = [...before.filter(({ pid }) => pid !== 7), { pid: 41, ppid: 31, start: 9 }]
  const { seen, truth } = await nextPass(after)
  expect(seen).toEqual(truth)
})

it('sees at once whose parent went, on whatever side of it in the order of pids', async () => {
  const after = before.filter(({ pid }) => pid !== 31).map((row) => (row.pid === 7 ? { ...row, ppid: 1 } : row))
  const { seen, truth } = await nextPass(after)
  expect(seen).toEqual(truth)
  const all = before.filter(({ pid }) => pid !== 11).map((row) => (row.pid === 21 ? { ...row, ppid: 1 } : row))
  const other = await nextPass(all)
  expect(other.seen).toEqual(other.truth)
})

it('sees at once that the parent of a newcomer is another process with its pid, and what that says of its children', async () => {
  const after = [
    ...before.map((row) =>
      row.pid === 21 ? { ...row, ppid: 1, start: 8 } : row.pid === 31 ? { ...row, ppid: 1 } : row,
    ),
    { pid: 51, ppid: 21, start: 9 },
  ]
  const { seen, truth } = await nextPass(after)
  expect(seen).toEqual(truth)
})

it('sees at once what state somebody is in on whom something hangs, and what else changed of him', async () => {
  const after = before.map((row) =>
    row.pid === 31 ? { ...row, state: 'T', argv: 'other', cgroup: '/elsewhere' } : row,
  )
  const { seen, truth } = await nextPass(after, [31])
  expect(seen).toEqual(truth)
})

it('sees within its turns whatever changed of anybody', async () => {
  const processes = new Processes()
  await pass(processes, before, { number: 1, turns: TURNS })
  const after = before.map((row) => ({ ...row, state: 'D', argv: 'other', cgroup: '/elsewhere' }))
  const truth = (await pass(new Processes(), after, { number: 1, turns: 1 })).found
  let last: unknown
  for (let number = 2; number < 2 + TURNS; number += 1)
    last = (await pass(processes, after, { number, turns: TURNS })).found
  expect(last).toEqual(truth)
})

it('reads the young in every pass', async () => {
  const processes = new Processes()
  await pass(processes, before, { number: 1, turns: TURNS })
  const after = before.map((row) => (row.pid === 31 ? { ...row, argv: 'other', cgroup: '/elsewhere' } : row))
  const { found } = await pass(processes, after, { number: 2, turns: TURNS, youngSince: 4 })
  expect(found).toEqual((await pass(new Processes(), after, { number: 1, turns: 1 })).found)
})
