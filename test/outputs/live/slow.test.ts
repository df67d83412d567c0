import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Collections } from '../../../src/core/model/event.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { aContainer, aSnapshot } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { follow, serveFeed, until } from './support/feed.ts'
import { endsUnaided } from '../support/ends-unaided.ts'

const four = ({ daemons, shims, containers, verdicts }: Collections) => ({ daemons, shims, containers, verdicts })

/** About 1 MB, or as many thousand bytes, and every bit of it different from the last. */
const large = (i: number, kilobytes = 1_000): Snapshot =>
  aSnapshot({
    containers: Array.from({ length: kilobytes / 10 }, (_, n) =>
      aContainer({ id: `${n}`, cgroup: `/${i}/${'x'.repeat(10_000)}` }),
    ),
  })

/** A client that opens the feed and never reads. */
async function stalled(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  socket.write(
    'GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  return socket
}

const waiting = (app: { websocketServer: { clients: Set<{ bufferedAmount: number }> } }) =>
  [...app.websocketServer.clients].reduce((sum, client) => sum + client.bufferedAmount, 0)

describe('a slow client', () => {
  test('loses deltas, never correctness: it gets a fresh snapshot when it has caught up', async () => {
    const agent = memoryAgent(large(0))
    const { url, feed, app } = await serveFeed(agent, {
      highWaterBytes: 2_000_000,
      lowWaterBytes: 100_000,
      heartbeatMs: 20,
    })
    const slow = follow(url)
    const quick = follow(url)
    await until(() => slow.seen.view?.current && quick.seen.view?.current)
    slow.socket.pause()
    for (let i = 1; i <= 30; i++) {
      agent.look(large(i))
      await until(() => quick.seen.view?.current?.seq === i + 1)
      expect(waiting(app)).toBeLessThanOrEqual(2_000_000)
    }
    slow.socket.resume()
    await until(() => slow.seen.view?.current?.seq === 31)
    expect(four(slow.seen.view?.current as Collections)).toEqual(four(large(30)))
    // Once as a rule; more often where the kernel takes so much meanwhile that it seems to have caught up.
    const { resyncs } = feed.counts()
    expect(resyncs).toBeGreaterThan(0)
    expect(slow.seen.frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1 + resyncs)
    expect(slow.seen.frames.length).toBeLessThan(30)
    expect([slow.seen.broken, quick.seen.broken]).toEqual([false, false])
    agent.look(large(31))
    await until(() => slow.seen.view?.current?.seq === 32)
  })

  test('costs its high-water mark and no more, however long it reads nothing', async () => {
    const agent = memoryAgent(aSnapshot())
    const { port, url, feed, app } = await serveFeed(agent, { lagPatienceMs: 3_600_000, heartbeatMs: 20 })
    await stalled(port)
    const quick = follow(url)
    await until(() => feed.counts().clients === 2 && quick.seen.view?.current)
    let most = 0
    for (let i = 1; i <= 400; i++) {
      agent.look(large(i, 100))
      await until(() => quick.seen.view?.current?.seq === i + 1)
      most = Math.max(most, waiting(app))
    }
    // The kernel took some of 40 MB first; then the mark of 1 MiB was reached, and never passed.
    expect(most).toBeGreaterThan(900_000)
    expect(most).toBeLessThanOrEqual(1024 * 1024)
    expect(feed.counts()).toEqual({ clients: 2, resyncs: 0 })
  })

  test('is let go when it lags for too long', async () => {
    const agent = memoryAgent(large(0))
    const { port, feed } = await serveFeed(agent, {
      highWaterBytes: 100_000,
      lagPatienceMs: 100,
      heartbeatMs: 20,
      farewellMs: 50,
    })
    await stalled(port)
    await until(() => feed.counts().clients === 1)
    for (let i = 1; i <= 10; i++) agent.look(large(i))
    await until(() => feed.counts().clients === 0)
  })

  test('is not blamed for the time in which we were stopped', async () => {
    const agent = memoryAgent(large(0))
    const { url } = await serveFeed(agent, { highWaterBytes: 100_000, lagPatienceMs: 4_000, heartbeatMs: 100 })
    const slow = follow(url)
    await until(() => slow.seen.view?.current)
    slow.socket.pause()
    for (let i = 1; i <= 10; i++) agent.look(large(i))
    slow.socket.resume()
    // Nothing of this thread goes on, as after SIGSTOP; then its timers are due before it has written anything.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_500)
    await until(() => slow.seen.view?.current?.seq === 11)
    expect([slow.seen.closed, slow.seen.broken]).toEqual([undefined, false])
  })

  test('is let go when it is dead: no answer to a ping', async () => {
    const agent = memoryAgent(aSnapshot())
    const { port, url, feed } = await serveFeed(agent, { pingMs: 50 })
    await stalled(port)
    const alive = follow(url)
    await until(() => feed.counts().clients === 2)
    await until(() => feed.counts().clients === 1)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(alive.seen.closed).toBeUndefined()
  })
})

describe('shutting down', () => {
  test('waits for no client that reads nothing', async () => {
    const agent = memoryAgent(large(0))
    const { app, url, port, feed } = await serveFeed(agent)
    await stalled(port)
    const polite = follow(url)
    await until(() => feed.counts().clients === 2 && polite.seen.view?.current)
    for (let i = 1; i <= 5; i++) agent.look(large(i))
    expect(await endsUnaided(app.close())).toBe(true)
    await until(() => polite.seen.closed === 1001)
    expect(agent.listeners).toBe(0)
  })

  test('waits for no client that does not read a plain answer', async () => {
    const { app, port } = await serveFeed(
      memoryAgent(aSnapshot({ containers: Array.from({ length: 20_000 }, (_, n) => aContainer({ id: `${n}` })) })),
    )
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write('GET /api/v1/snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await endsUnaided(app.close())).toBe(true)
    socket.destroy()
  })

  test('ends when everybody answers, and when nobody is there', async () => {
    for (const count of [0, 3]) {
      const { app, url } = await serveFeed(memoryAgent(aSnapshot()))
      const clients = Array.from({ length: count }, () => follow(url))
      await until(() => clients.every(({ seen }) => seen.view?.current))
      expect(await endsUnaided(app.close())).toBe(true)
    }
  })
})
