// Our contender: one pass from /proc to a snapshot, in a process of its own, each time it is asked for.
import { writeFileSync } from 'node:fs'
import { inspect, interestOf } from '../../dist/core/inspect.js'
import { newMemory } from '../../dist/core/model/memory.js'
import { Collector } from '../../dist/sources/collect.js'
import { connectorWakeUps } from '../../dist/sources/connector.js'
import { liveSource } from '../../dist/sources/live.js'
import { inTurns } from '../../dist/sources/rhythm.js'

const live = liveSource({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' })
const readers = {
  cold: () => () => reader(live),
  /** After any change that matters, say of one process: everything is concluded anew. */
  changed: () => kept(reader(live), (same) => same.stir()),
  again: () => kept(reader(live)),
  /** As the daemon does it: whoever nothing hangs on is read in turns. */
  'in turns': () => kept(reader(live, { rhythm: inTurns(2_000) })),
  /** The same with the process connector: most passes do without the list of processes. */
  announced: () => kept(reader(live, { rhythm: inTurns(2_000) }, listen())),
}
const kept =
  (same, prepare = () => {}) =>
  () => {
    prepare(same)
    return same
  }
/** Before a pass in turns is measured: two rounds of the longest turns. */
const LONG_RUNNING = 120
let readerOf

process.on('message', async (question) => {
  if (question.record) return process.send(await record(question.record))
  if (readerOf === undefined) {
    readerOf = readers[question.kind]()
    // A daemon has made passes for days: its code is compiled, and what is read now and then was read before.
    const isKept = question.kind === 'in turns' || question.kind === 'announced'
    for (let pass = 0; isKept && pass < LONG_RUNNING; pass += 1) await readerOf().pass()
  }
  process.send(question.garbage ? await allocated() : await measure(readerOf()))
})
process.on('disconnect', () => process.exit(0))

/** A collector and what one pass leaves to the next. */
function reader(source, options, wakeUps) {
  const collector = new Collector(source, options)
  let memory = newMemory({ run: 'bench', graceMs: 10_000, measureEveryMs: 30_000 })
  let concern
  return {
    async pass() {
      const host = await collector.pass(interestOf, { concern, announced: wakeUps?.announced() })
      const read = process.cpuUsage()
      const inspected = inspect(host, memory)
      memory = inspected.memory
      concern = inspected.concern
      return { snapshot: inspected.snapshot, read }
    },
    stir() {
      memory = { ...memory, grown: null }
    },
  }
}

function listen() {
  const wakeUps = connectorWakeUps({ procfs: '/proc' })
  if (typeof wakeUps === 'string') throw new Error(`the process connector cannot be heard: ${wakeUps}`)
  wakeUps.start(() => {})
  return wakeUps
}

async function measure(reader) {
  const begun = performance.now()
  const before = process.cpuUsage()
  const { snapshot, read } = await reader.pass()
  const after = process.cpuUsage()
  return {
    cpuUs: used(before, after),
    readingUs: used(before, read),
    wallUs: (performance.now() - begun) * 1000,
    seen: seenIn(snapshot),
  }
}

/** The first passes make what later ones keep. */
const WARM = 2

/** What a warm pass allocates, in a process that has room for it all. */
async function allocated() {
  const bytes = []
  for (let round = 0; round < WARM + 5; round += 1) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await readerOf().pass()
    bytes.push(process.memoryUsage().heapUsed - before)
  }
  return { bytes: bytes.slice(WARM).toSorted((a, b) => a - b)[2] }
}

function used(before, after) {
  return after.user + after.system - before.user - before.system
}

function seenIn({ shims, containers, verdicts }) {
  return { shims: shims.length, containers: containers.length, verdicts: verdicts.length }
}

/** Writes what the first pass of a reader reads, and what a later one reads, as floor.c takes it. */
async function record(lists) {
  let lines = []
  const log =
    (operation, read) =>
    (path, ...rest) => {
      lines.push(`${operation} ${path}\n`)
      return read(path, ...rest)
    }
  const recorded = reader({
    ...live,
    list: log('d', live.list),
    read: log('r', live.read),
    readWhole: log('w', live.readWhole),
    link: log('l', live.link),
    facts: log('f', live.facts),
  })
  for (const kind of ['cold', 'second', 'again']) {
    lines = []
    await recorded.pass()
    if (lists[kind] !== undefined) writeFileSync(lists[kind], lines.join(''))
  }
  return {}
}
