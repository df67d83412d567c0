import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { collectionNames, type Frame, type NodeEvent } from '../../src/core/model/event.ts'
import { receive, type View } from '../../src/core/snapshot/receive.ts'
import { snapshotAt } from '../../src/journal/look-back.ts'
import { readSegment } from '../../src/journal/read-segment.ts'
import { listSegments } from '../../src/journal/segment-files.ts'
import { place } from './support.ts'

const kills = Number(process.env['SHIMSCOPE_KILLS'] ?? 100)
const project = fileURLToPath(new URL('../..', import.meta.url))

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** A real agent that plays an incident over and over, a hundred times as fast or more. */
async function serve(directory: string, speed: string) {
  const argv = ['serve', '--from', 'test/recordings/demo-pod-shim-killed.proc', '--loop', '--speed', speed]
  const journal = ['--journal.directory', directory, '--journal.max-bytes', '2MB']
  const child = spawn(
    process.execPath,
    [
      'dist/main.js',
      ...argv,
      ...journal,
      '--grace',
      '0s',
      '--web.listen-address',
      '127.0.0.1:0',
      '--log.level',
      'warn',
    ],
    { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.add(child)
  child.once('exit', () => running.delete(child))
  let said = ''
  let logged = ''
  child.stderr.on('data', (text) => {
    logged += text
  })
  for await (const text of child.stdout) {
    said += text
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? []
    if (url !== undefined) return { child, url, log: () => logged }
  }
  throw new Error(`it ended at once: ${logged}`)
}

/** What a client of the feed was sent, to the last byte that its socket got. */
function listen(url: string) {
  const views: View[] = []
  const events: NodeEvent[] = []
  const socket = new WebSocket(new URL('api/v1/live', url.replace('http', 'ws')))
  socket.on('error', () => {})
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as Frame
    const view = receive(views.at(-1), frame)
    if (view === undefined) throw new Error(`frame ${frame.seq} does not follow`)
    views.push(view)
    if (frame.type === 'delta') events.push(...frame.events)
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
  })
  const introduced = new Promise<void>((resolve) => {
    socket.once('message', () => resolve())
  })
  return { views, events, introduced, closed }
}

/** What the journal holds of one run. */
async function writtenOf(directory: string, run: string) {
  const bySeq = new Map<number, Record<string, unknown>>()
  const events = new Set<string>()
  const flaws: string[] = []
  for (const { path, opening } of listSegments(directory)) {
    if (opening?.run !== run) continue
    for await (const moment of readSegment(path, ({ kind }) => flaws.push(kind))) {
      bySeq.set(moment.snapshot.seq, arraysOf(moment.snapshot))
      for (const event of moment.events) events.add(nameOf(event))
    }
  }
  return { bySeq, events, flaws }
}

/** The feed writes the fields in the order of its schema. */
const nameOf = ({ seq, at, type, subject, summary }: NodeEvent): string =>
  JSON.stringify([seq, at, type, Object.entries(subject).sort(), summary])

const arraysOf = (from: { readonly [N in (typeof collectionNames)[number]]: unknown }) =>
  Object.fromEntries(collectionNames.map((name) => [name, from[name]]))

interface Sum {
  frames: number
  events: number
  moments: number
  asked: number
  torn: number
}

async function killOnce(directory: string, sum: Sum): Promise<void> {
  const { child, url } = await serve(directory, '2000')
  const client = listen(url)
  await client.introduced
  await sleep(Math.random() * 250)
  child.kill('SIGKILL')
  await Promise.all([client.closed, once(child, 'exit')])

  const run = client.views[0]?.hello.run ?? ''
  const { bySeq, events, flaws } = await writtenOf(directory, run)
  expect(client.events.filter((event) => !events.has(nameOf(event)))).toEqual([])
  const held = client.views.flatMap(({ current, takenAt }) =>
    current === undefined ? [] : [{ ...current, takenAt, takenAtMs: Date.parse(takenAt) }],
  )
  for (const view of held) expect(bySeq.get(view.seq)).toEqual(arraysOf(view))
  // By the clock, as `--at` asks: at the last moment, and at some between that nobody chose.
  const [first, last] = [held[0], held.at(-1)]
  const times = first === undefined || last === undefined ? [] : [last.takenAtMs, ...timesBetween(first, last)]
  for (const atMs of times) {
    const view = held.findLast(({ takenAtMs }) => takenAtMs <= atMs)
    const { snapshot } = await snapshotAt(directory, atMs)
    expect(snapshot && { run: snapshot.run, ...arraysOf(snapshot) }).toEqual(view && { run, ...arraysOf(view) })
  }
  expect(flaws.filter((kind) => kind !== 'torn')).toEqual([])
  sum.frames += client.views.length
  sum.events += client.events.length
  sum.moments += bySeq.size
  sum.asked += times.length
  sum.torn += flaws.length
}

interface Dated {
  readonly takenAtMs: number
}

const timesBetween = ({ takenAtMs: from }: Dated, { takenAtMs: until }: Dated): number[] =>
  Array.from({ length: 5 }, () => from + Math.floor(Math.random() * (until - from)))

/** Agents that live at the same time: while one is started, another is looked into. */
const LANES = 4

test(`killed at ${kills} random moments, every event that a client was sent is in the journal, and every tree`, {
  timeout: 60_000 + kills * 10_000,
}, async () => {
  const begunMs = performance.now()
  const sum: Sum = { frames: 0, events: 0, moments: 0, asked: 0, torn: 0 }
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      using at = place()
      for (let kill = lane; kill < kills; kill += LANES) await killOnce(at.path, sum)
    }),
  )
  console.info(
    `  ${kills} kills in ${Math.round((performance.now() - begunMs) / 1_000)} s: clients were sent ${sum.frames} frames with ${sum.events} events; ${sum.moments} moments written, ${sum.torn} torn; ${sum.asked} moments asked for by their time`,
  )
  expect(sum.events).toBeGreaterThan(kills)
})

test('a second agent in the same directory goes on without a journal, and takes it over when the first is killed', async () => {
  using at = place()
  const first = await serve(at.path, '100')
  const second = await serve(at.path, '100')
  const sentence = 'is written by another shimscope: this one goes on without, and takes it over when the other ends'
  expect(second.log()).toContain(sentence)
  const client = listen(second.url)
  const seen = async (done: () => boolean) => {
    for (const deadline = Date.now() + 40_000; !done() && Date.now() < deadline; ) await sleep(50)
    expect(done()).toBe(true)
  }
  await seen(() => client.events.length > 0)
  const run = client.views[0]?.hello.run ?? ''
  expect((await writtenOf(at.path, run)).bySeq.size).toBe(0)

  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await seen(() => listSegments(at.path).some(({ opening }) => opening?.run === run))
  const lastBefore = client.events.length
  await seen(() => client.events.length > lastBefore + 10)
  second.child.kill('SIGTERM')
  await once(second.child, 'exit')
  const { bySeq, events } = await writtenOf(at.path, run)
  const begun = Math.min(...bySeq.keys())
  const later = client.events.filter(({ seq }) => seq > begun)
  expect(later.length).toBeGreaterThan(0)
  expect(later.filter((event) => !events.has(nameOf(event)))).toEqual([])
  expect(second.log().split(sentence)).toHaveLength(2)
})
