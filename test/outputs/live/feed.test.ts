import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Errors } from 'typebox/value'
import type { Collections } from '../../../src/core/model/event.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import * as schemas from '../../../src/outputs/http/frame-schemas.ts'
import { writeFrame } from '../../../src/outputs/http/live-schema.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { follow, serveFeed, until } from './support/feed.ts'

const four = ({ daemons, shims, containers, verdicts }: Collections) => ({ daemons, shims, containers, verdicts })
const node = (...ids: string[]): Snapshot =>
  aSnapshot({ daemons: [aDaemon()], shims: [aShim()], containers: ids.map((id) => aContainer({ id })) })

const schemaOf = {
  hello: schemas.hello,
  snapshot: schemas.snapshotFrame,
  delta: schemas.delta,
  heartbeat: schemas.heartbeat,
}

describe('the feed', () => {
  test('hello, snapshot, deltas, heartbeats: each as its schema says, the view always the snapshot', async () => {
    const agent = memoryAgent(node('a'))
    const { url, app } = await serveFeed(agent, { heartbeatMs: 30 })
    const { seen } = follow(url)
    await until(() => seen.view?.current)
    agent.look(node('a', 'b'))
    agent.look(aSnapshot({ ...node('b'), verdicts: [aVerdict()] }))
    await until(() => seen.view?.current?.seq === 3)
    expect(four(seen.view?.current as Collections)).toEqual(four((await app.inject('/api/v1/snapshot')).json()))
    await until(() => seen.frames.at(-1)?.type === 'heartbeat')
    const types = seen.frames.map(({ type }) => type)
    expect(types.filter((type) => type !== 'heartbeat')).toEqual(['hello', 'snapshot', 'delta', 'delta'])
    expect(seen.frames[0]).toMatchObject({
      schema: 'shimscope/v1',
      node: 'node-1',
      run: 'run-1',
      intervalMs: 1000,
      seq: 1,
    })
    for (const frame of seen.frames)
      expect([frame.type, [...Errors(schemaOf[frame.type], frame)]]).toEqual([frame.type, []])
    expect(seen.broken).toBe(false)
  })

  test.each([
    { name: 'a hundred random changes: every client ends where the snapshot is', limits: {} },
    { name: 'the same where an element at a time is written', limits: { pieceElements: 1 } },
  ])('$name', async ({ limits }) => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    const states = fc.array(fc.subarray(ids), { minLength: 100, maxLength: 100 })
    const agent = memoryAgent(node())
    agent.running = [aProcess()]
    const { url } = await serveFeed(agent, limits)
    const clients = [follow(url), follow(url), follow(`${url}?processes`)]
    await Promise.all(clients.map(({ ready }) => ready()))
    for (const [index, present] of (fc.sample(states, { seed: 7, numRuns: 1 })[0] ?? []).entries()) {
      agent.running = present.map((_, i) => aProcess({ pid: 10 + i, state: i % 2 ? 'S' : 'R' }))
      agent.look(aSnapshot({ ...node(...present), takenAt: new Date(1_790_000_000_000 + index * 1000).toISOString() }))
      if (index % 25 === 0) clients.push(follow(url), follow(`${url}?processes`))
      if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const last = agent.latest()?.snapshot as Snapshot
    for (const { seen } of clients) {
      await until(() => seen.view?.current?.seq === last.seq)
      expect(four(seen.view?.current as Collections)).toEqual(four(last))
      expect(seen.broken).toBe(false)
    }
    expect(clients[2]?.seen.view?.current?.processes).toEqual(agent.running)
  })

  test('a client that comes before the first look waits for it', async () => {
    const agent = memoryAgent()
    const { url } = await serveFeed(agent)
    const plain = follow(url)
    const withProcesses = follow(`${url}?processes`)
    await Promise.all([plain.ready(), withProcesses.ready()])
    expect(plain.seen.frames).toEqual([])
    agent.look(node('a'))
    await until(() => plain.seen.view?.current?.seq === 1)
    await until(() => withProcesses.seen.view?.current?.processes)
    expect(withProcesses.seen.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot'])
    agent.look(node('a', 'b'))
    await until(() => plain.seen.view?.current?.seq === 2)
    expect(plain.seen.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot', 'delta'])
  })

  test('processes come and go under one seq, and only for who asked', async () => {
    const agent = memoryAgent(node('a'))
    agent.running = [aProcess({ pid: 2 }), aProcess({ pid: 10 })]
    const { url } = await serveFeed(agent)
    const asked = follow(`${url}?processes`)
    const plain = follow(url)
    await until(() => asked.seen.view?.current && plain.seen.view?.current)
    expect(asked.seen.view?.current?.processes?.map(({ key }) => key)).toEqual(['10@950', '2@950'])
    agent.running = [aProcess({ pid: 10 }), aProcess({ pid: 3 })]
    agent.look(node('a'))
    await until(() => asked.seen.frames.length === 3)
    expect(asked.seen.frames[2]).toMatchObject({
      type: 'delta',
      previous: 1,
      seq: 1,
      changed: { processes: [{ pid: 3 }] },
      removed: { processes: ['2@950'] },
    })
    expect(plain.seen.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot'])
    expect(JSON.stringify(plain.seen.frames)).not.toContain('"processes":[')
  })

  test('another run of the agent behind the same door: hello and snapshot again', async () => {
    const agent = memoryAgent(node('a'))
    agent.running = [aProcess()]
    const { url } = await serveFeed(agent)
    const clients = [follow(url), follow(`${url}?processes`)]
    await until(() => clients.every(({ seen }) => seen.view?.current))
    agent.look({ ...node('b'), run: 'run-2', seq: 1 })
    for (const { seen } of clients) {
      await until(() => seen.view?.hello.run === 'run-2' && seen.view.current)
      expect(seen.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot', 'hello', 'snapshot'])
      expect(four(seen.view?.current as Collections)).toEqual(four(node('b')))
      expect(seen.broken).toBe(false)
    }
    agent.look({ ...node('b', 'c'), run: 'run-2' })
    await until(() => clients.every(({ seen }) => seen.view?.current?.seq === 2))
  })

  test('a slow process listing makes one step of several, with every event', async () => {
    const agent = memoryAgent(node())
    let release = () => {}
    agent.processes = () => new Promise((resolve) => (release = () => resolve([aProcess()])))
    const released = <T>(value: T): T => {
      release()
      return value
    }
    const { url } = await serveFeed(agent)
    const { seen } = follow(`${url}?processes`)
    await until(() => released(seen.view?.current))
    agent.look(node('a'))
    agent.look(node('a', 'b'))
    agent.look(node('b'))
    await until(() => released(seen.view?.current?.seq === 4))
    const deltas = seen.frames.filter((frame) => frame.type === 'delta')
    expect(deltas.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'container-created',
      'container-started',
      'container-created',
      'container-started',
      'container-exited',
    ])
    expect(four(seen.view?.current as Collections)).toEqual(four(node('b')))
    expect(seen.broken).toBe(false)
  })
})

test('each frame is written once, however many are told', async () => {
  const agent = memoryAgent(node('a'))
  const written: string[] = []
  const { url } = await serveFeed(agent, {}, (frame) => {
    written.push(frame.type)
    return writeFrame(frame)
  })
  const clients = Array.from({ length: 40 }, () => follow(url))
  await until(() => clients.every(({ seen }) => seen.view?.current))
  agent.look(node('a', 'b'))
  agent.look(node('b'))
  await until(() => clients.every(({ seen }) => seen.view?.current?.seq === 3))
  const late = Array.from({ length: 20 }, () => follow(`${url}?since=run-1:1`))
  await until(() => late.every(({ seen }) => seen.frames.length === 3))
  expect(written.filter((type) => type !== 'heartbeat')).toEqual(['hello', 'snapshot', 'delta', 'delta', 'hello'])
})

describe('resuming', () => {
  const resumed = async (since: string, looks: readonly Snapshot[]) => {
    const agent = memoryAgent(node('a'))
    const { url } = await serveFeed(agent)
    const first = follow(url)
    await until(() => first.seen.view?.current)
    first.socket.terminate()
    for (const look of looks) agent.look(look)
    const second = follow(`${url}?since=${encodeURIComponent(since)}`, first.seen.view)
    await until(() => second.seen.view?.current?.seq === looks.length + 1)
    expect(four(second.seen.view?.current as Collections)).toEqual(four(agent.latest()?.snapshot as Snapshot))
    return second.seen.frames.map(({ type }) => type)
  }

  test('goes on with the deltas that were missed, without a snapshot', async () => {
    expect(await resumed('run-1:1', [node('a', 'b'), node('b')])).toEqual(['hello', 'delta', 'delta'])
  })

  test.each(['run-0:1', 'run-1:99', 'run-1', 'run-1:-1', 'run-1:1e3', ':', 'run-1:999999999999999999999'])(
    'from %s begins with a snapshot',
    async (since) => {
      expect(await resumed(since, [node('a', 'b')])).toEqual(['hello', 'snapshot'])
    },
  )

  test('deltas that are no longer kept: a snapshot', async () => {
    const many = Array.from({ length: 120 }, (_, i) => node(i % 2 ? 'a' : 'b'))
    expect(await resumed('run-1:1', many)).toEqual(['hello', 'snapshot'])
  })

  test('already there: nothing but a hello', async () => {
    const agent = memoryAgent(node('a'))
    const { url } = await serveFeed(agent)
    const { seen } = follow(`${url}?since=run-1:1`)
    await until(() => seen.frames.length === 1)
    agent.look(node('b'))
    await until(() => seen.frames.length === 2)
    expect(seen.frames.map(({ type }) => type)).toEqual(['hello', 'delta'])
  })
})
