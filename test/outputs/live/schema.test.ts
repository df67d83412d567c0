import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PassRunner } from '../../../src/agent/pass-runner.ts'
import type { Frame } from '../../../src/core/model/event.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { type Archive, archiveSource } from '../../../src/sources/archive.ts'
import { parseRecording } from '../../../src/sources/parse-recording.ts'
import { emptyNode } from '../../commands/world.ts'
import { aContainer, aProcess, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { follow, serveFeed, until } from './support/feed.ts'

const recordings = new URL('../../recordings/', import.meta.url)
const names = readdirSync(recordings).filter((name) => name.endsWith('.proc'))

/** As any program would: fetches the schema of the agent, and checks what the agent sends with it. */
async function validator(port: number) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/live.schema.json`)
  expect(answer.headers.get('content-type')).toContain('application/schema+json')
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
  const validate = ajv.compile((await answer.json()) as object)
  return (frame: unknown) => (validate(frame) ? [] : (validate.errors ?? []))
}

/** Plays every recording to the same two clients, each as a run of its own, and returns all that they were sent. */
async function framesOfAll(): Promise<{ port: number; frames: Frame[] }> {
  const agent = memoryAgent()
  const { url, port } = await serveFeed(agent, { heartbeatMs: 20 })
  const clients = [follow(url), follow(`${url}?processes`)]
  await Promise.all(clients.map(({ ready }) => ready()))
  for (const name of names) {
    const { moments } = parseRecording(readFileSync(new URL(name, recordings)))
    // Most recordings are of one moment; before it nothing runs, so that all that is in it comes as a delta.
    const [before] = parseRecording(Buffer.from(emptyNode)).moments
    const played = [{ ...before, takenAtMs: (moments[0]?.takenAtMs ?? 0) - 1000 } as Archive, ...moments]
    const runner = new PassRunner(archiveSource(played), { run: name, graceMs: 0 })
    for (let pass = await runner.next(); pass !== false; pass = await runner.next()) {
      agent.running = runner.processes()
      const { run, seq } = agent.look(pass.snapshot).snapshot
      await until(() => clients.every(({ seen }) => seen.view?.hello.run === run && seen.view.current?.seq === seq))
    }
  }
  await until(() => clients.every(({ seen }) => seen.frames.at(-1)?.type === 'heartbeat'))
  expect(clients.map(({ seen }) => seen.broken)).toEqual([false, false])
  return { port, frames: clients.flatMap(({ seen }) => seen.frames) }
}

describe('the schema of the frames', () => {
  test('holds for every frame of every recording', async () => {
    const { port, frames } = await framesOfAll()
    const offences = await validator(port)
    const types = new Map<string, number>()
    for (const frame of frames) {
      types.set(frame.type, (types.get(frame.type) ?? 0) + 1)
      expect([frame.type, offences(frame)], JSON.stringify(frame).slice(0, 500)).toEqual([frame.type, []])
    }
    expect([...types.keys()].sort()).toEqual(['delta', 'heartbeat', 'hello', 'snapshot'])
    expect(names.length).toBeGreaterThan(100)
    expect(types.get('delta')).toBeGreaterThanOrEqual(names.length)
    expect(types.get('snapshot')).toBeGreaterThanOrEqual(2 * names.length)
  })

  test('refuses what is missing, and what is too much', async () => {
    const agent = memoryAgent(aSnapshot({ containers: [aContainer()] }))
    const { url, port } = await serveFeed(agent)
    const offences = await validator(port)
    const { seen } = follow(url)
    await until(() => seen.frames.length === 2)
    const frame = seen.frames[1] as Extract<Frame, { type: 'snapshot' }>
    expect(offences(frame)).toEqual([])
    const { seq: _, ...without } = frame
    expect(offences(without)).not.toEqual([])
    const container = { ...frame.snapshot.containers[0], environ: 'SECRET=1' }
    expect(offences({ ...frame, snapshot: { ...frame.snapshot, containers: [container] } })).not.toEqual([])
  })

  test('what it does not have is not sent, in no frame', async () => {
    const secret = { environ: 'TOKEN=hunter2' }
    const tainted = (id: string): Snapshot => ({
      ...aSnapshot({
        containers: [
          { ...aContainer({ id, pod: { uid: 'u', name: 'p', namespace: 'n', ...secret } as never }), ...secret },
        ],
        verdicts: [{ ...aVerdict(), ...secret }],
      }),
      ...secret,
    })
    const agent = memoryAgent(tainted('a'))
    agent.running = [{ ...aProcess(), ...secret }]
    const { url } = await serveFeed(agent, { heartbeatMs: 20 })
    const texts: string[] = []
    const sockets = ['', '?processes'].map((query) => new WebSocket(`${url}${query}`))
    for (const socket of sockets) socket.on('message', (text) => texts.push(String(text)))
    await until(() => texts.length >= 4)
    agent.running = [{ ...aProcess({ pid: 7 }), ...secret }]
    agent.look(tainted('b'))
    await until(() => texts.filter((text) => text.includes('"delta"')).length === 2)
    await until(() => texts.some((text) => text.includes('"heartbeat"')))
    expect(texts.join('\n')).not.toContain('hunter2')
    for (const socket of sockets) socket.terminate()
  })

  test('names its parts once, and every name leads somewhere', async () => {
    const { port } = await serveFeed(memoryAgent(aSnapshot()))
    const schema = await (await fetch(`http://127.0.0.1:${port}/api/v1/live.schema.json`)).json()
    const text = JSON.stringify(schema)
    const named = new Set([...text.matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name]) => name))
    expect([...named].sort()).toEqual(Object.keys((schema as { $defs: object }).$defs).sort())
    expect(text.length).toBeLessThan(12_000)
  })
})
