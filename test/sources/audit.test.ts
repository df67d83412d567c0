import { expect, it } from 'vitest'
import type { AuditFindings } from '../../src/core/model/host.ts'
import type { ProcessSample } from '../../src/core/model/process.ts'
import { type Archive, archiveSource, type Entry } from '../../src/sources/archive.ts'
import { Audit } from '../../src/sources/audit.ts'
import { Processes } from '../../src/sources/collect-processes.ts'
import { everyPass } from '../../src/sources/rhythm.ts'
import { Tally } from '../../src/sources/tally.ts'
import { attentionIn } from './attention.ts'

/** More than one round of a node as small as these. */
const ROUND = 400

interface Row {
  readonly start?: number
  readonly comm?: string
  readonly state?: string
  readonly ppid?: number
  readonly argv?: string
  readonly cgroup?: string
}

function nodeOf(rows: Readonly<Record<number, Row>>): Archive {
  const entries = new Map<string, Entry>()
  const write = (path: string, text: string) => entries.set(path, { kind: 'file', bytes: Buffer.from(text) })
  for (const [pid, row] of Object.entries(rows)) {
    const { start = 5, comm = 'sleeper', state = 'S', ppid = 1, argv = 'sleeper', cgroup = '/' } = row
    write(`/proc/${pid}/stat`, `${pid} (${comm}) ${state} ${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`)
    write(`/proc/${pid}/cgroup`, `0::${cgroup}\n`)
    write(`/proc/${pid}/cmdline`, `${argv}\0`)
  }
  return { takenAtMs: 0, entries, listings: new Map(), facts: new Map() }
}

async function sourceOf(rows: Readonly<Record<number, Row>>) {
  const source = archiveSource([nodeOf(rows)])
  await source.begin()
  return source
}

async function seenIn(rows: Readonly<Record<number, Row>>): Promise<readonly ProcessSample[]> {
  return new Processes().collect(await sourceOf(rows), new Tally(), attentionIn(1)).processes
}

/** Passes of an audit over what `viewIn` shows, on a node that is as `nodeIn` says. */
async function audited(
  nodeIn: (pass: number) => Readonly<Record<number, Row>>,
  viewIn: (pass: number) => Readonly<Record<number, Row>>,
) {
  const audit = new Audit()
  const found: AuditFindings[] = []
  for (let pass = 1; pass <= ROUND; pass += 1) {
    const view = { processes: await seenIn(viewIn(pass)), unannounced: 0, bundles: [] }
    // What is read is the node as it is when it is read.
    found.push(audit.collect(await sourceOf(nodeIn(pass)), view, attentionIn(pass)))
  }
  const differences: Record<string, number> = {}
  for (const [field, count] of found.flatMap(({ differences: each }) => Object.entries(each))) {
    differences[field] = (differences[field] ?? 0) + count
  }
  return { rounds: found.reduce((sum, { rounds }) => sum + rounds, 0), differences }
}

const node = { 1: { ppid: 0 }, 10: {}, 20: {}, 30: {} }

it('finds nothing where everything is seen, and comes round', async () => {
  const { rounds, differences } = await audited(
    () => node,
    () => node,
  )
  expect(differences).toEqual({})
  expect(rounds).toBeGreaterThan(0)
})

it.each<[string, Row]>([
  ['process', { start: 9 }],
  ['state', { state: 'D' }],
  ['parent', { ppid: 10 }],
  ['name', { comm: 'other' }],
  ['cgroup', { cgroup: '/elsewhere' }],
  ['cmdline', { argv: 'other' }],
])('finds that another %s was not seen', async (field, change) => {
  const { differences } = await audited(
    () => ({ ...node, 20: change }),
    () => node,
  )
  expect(Object.keys(differences)).toEqual([field])
})

it('finds that the kernel has not said a word of who came or went', async () => {
  const view = { processes: await seenIn(node), unannounced: 2, bundles: [] }
  expect(new Audit().collect(await sourceOf(node), view, attentionIn(1)).differences).toEqual({ process: 2 })
})

it('takes no offence at what was seen in time, nor at what did not last', async () => {
  const changed = { ...node, 20: { state: 'D' } }
  for (let noticed = 1; noticed < 8; noticed += 1) {
    const { differences } = await audited(
      (pass) => (pass % 20 < 9 ? changed : node),
      (pass) => (pass % 20 < 9 && pass % 20 >= noticed ? changed : node),
    )
    expect(differences).toEqual({})
  }
  const passing = await audited(
    (pass) => (pass % 7 === 0 ? node : changed),
    () => node,
  )
  expect(passing.differences).toEqual({})
})

it('reads nothing more where every pass reads everything', async () => {
  const source = await sourceOf({ 1: { ppid: 0 }, 20: { state: 'D' } })
  const view = { processes: await seenIn(node), unannounced: 0, bundles: [] }
  expect(new Audit().collect(source, view, attentionIn(1, everyPass))).toEqual({ rounds: 0, differences: {} })
})
