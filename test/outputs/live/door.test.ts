import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { isOwnOrigin } from '../../../src/outputs/http/origin.ts'
import { aSnapshot } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { follow, serveFeed, until } from './support/feed.ts'

describe('who may open the feed', () => {
  test.each([
    [undefined, 'localhost:1', true],
    ['http://localhost:19256', 'localhost:19256', true],
    ['https://Node.example', 'node.example:443', true],
    ['http://node.example', 'node.example', true],
    ['http://evil.example', 'localhost:19256', false],
    ['http://localhost:8080', 'localhost:19256', false],
    ['http://localhost:19256.evil.example', 'localhost:19256', false],
    ['null', 'localhost:19256', false],
    ['file://', 'localhost:19256', false],
    ['', 'localhost', false],
    ['chrome-extension://localhost', 'localhost', false],
    ['http://localhost', undefined, false],
  ])('origin %s at host %s: %s', (origin, host, expected) => expect(isOwnOrigin(origin, host)).toBe(expected))

  test('another origin is refused before the upgrade, ours and none are not', async () => {
    const { url, port, app } = await serveFeed(memoryAgent(aSnapshot()))
    const refused = follow(url, undefined, { headers: { origin: 'http://evil.example' } })
    await until(() => refused.seen.refused === 403)
    const own = follow(url, undefined, { headers: { origin: `http://127.0.0.1:${port}` } })
    await until(() => own.seen.view?.current)
    await expect(app.injectWS('/api/v1/live', { headers: { origin: 'http://evil.example' } })).rejects.toThrow('403')
    const socket = await app.injectWS('/api/v1/live')
    socket.terminate()
  })

  test('a name that is not ours is refused, as for every other request', async () => {
    const { url } = await serveFeed(memoryAgent(aSnapshot()))
    const rebound = follow(url, undefined, { headers: { host: 'evil.example', origin: 'http://evil.example' } })
    await until(() => rebound.seen.refused === 403)
  })

  test('without an upgrade: one sentence; an upgrade elsewhere does no harm', async () => {
    const { app, url } = await serveFeed(memoryAgent(aSnapshot()))
    const plain = await app.inject('/api/v1/live')
    expect(plain.statusCode).toBe(426)
    expect(plain.json()).toMatchObject({ error: 'The live feed is a WebSocket.' })
    const elsewhere = follow(url.replace('/live', '/snapshot'))
    await until(() => elsewhere.seen.refused !== undefined || elsewhere.seen.closed !== undefined)
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
  })

  test('no more clients than agreed', async () => {
    const { url, feed } = await serveFeed(memoryAgent(aSnapshot()), { maxClients: 2 })
    const clients = [follow(url), follow(`${url}?processes`)]
    await until(() => feed.counts().clients === 2 && clients.every(({ seen }) => seen.view?.current))
    const third = follow(url)
    await until(() => third.seen.closed === 1013)
    expect(third.seen.frames).toEqual([])
    clients[0]?.socket.close()
    await until(() => feed.counts().clients === 1)
    const fourth = follow(url)
    await until(() => fourth.seen.view?.current)
  })

  test('large messages close the connection, small ones mean nothing', async () => {
    const { url } = await serveFeed(memoryAgent(aSnapshot()))
    const { socket, seen } = follow(url)
    await until(() => seen.view?.current)
    socket.send('{"type":"hello"}')
    socket.send(Buffer.alloc(5000))
    await until(() => seen.closed === 1006 || seen.closed === 1009)
  })

  test.each(['send', 'ping'] as const)('many small ones (%s) close it too', async (speak) => {
    const { url, app } = await serveFeed(memoryAgent(aSnapshot()))
    const { socket, seen } = follow(url)
    await until(() => seen.view?.current)
    for (let number = 0; number < 300; number += 1) socket[speak]('x')
    // Pings that come faster than they can be answered end the connection before they are counted.
    await until(() => seen.closed === 1008 || (speak === 'ping' && seen.closed === 1006))
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
  })

  test('bytes that are no request', async () => {
    const { port, app } = await serveFeed(memoryAgent(aSnapshot()))
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: nonsense\r\n\r\n\0\0\0',
    )
    await until(() => socket.closed || socket.readyState !== 'open' || socket.bytesRead > 0)
    socket.destroy()
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
  })
})
