import { writeFrame } from '../../../../src/outputs/http/live-schema.ts'
import { hashSync, compareSync } from 'bcryptjs'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type Door, openDoor } from '../../../../src/outputs/http/door/door.ts'
import type { RefusalReason } from '../../../../src/outputs/http/doors.ts'
import { buildServer, type ServerOptions } from '../../../../src/outputs/http/server.ts'
import { addLive } from '../../../../src/outputs/live/add-live.ts'
import { aSnapshot } from '../../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../../support/memory-agent.ts'
import { until } from '../../live/support/feed.ts'
import { plainServer } from '../../support/plain-server.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

/** The whole door on a real port. */
async function listen(options: Partial<ServerOptions> = {}) {
  const agent = memoryAgent(aSnapshot())
  const refused: RefusalReason[] = []
  let feed: Awaited<ReturnType<typeof addLive>> | undefined
  const app = buildServer({
    agent,
    ...plainServer,
    now: () => Date.parse(aSnapshot().takenAt),
    compare: async ({ password, hash }) => compareSync(password, hash),
    refused: (reason) => refused.push(reason),
    doorReplaced: () => feed?.dismiss(),
    ...options,
  })
  feed = await addLive(app, { agent, writeFrame })
  await app.listen({ host: '127.0.0.1', port: 0 })
  open.push(app)
  const { port } = app.server.address() as AddressInfo
  return { app, feed, refused, port, url: `http://127.0.0.1:${port}` }
}

/** A connection that sends only what it is told. */
function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1')
  const seen = { text: '', closed: false }
  socket.on('data', (bytes) => {
    seen.text += bytes
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    seen.closed = true
  })
  open.push({ close: () => socket.destroy() })
  return { socket, seen }
}

const guarded: Door = {
  ...openDoor,
  users: new Map([['alice', hashSync('correct horse', 4)]]),
  bearerToken: 'a-token-of-some-length',
}
const bearer = { authorization: 'Bearer a-token-of-some-length' }
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`alice:${password}`).toString('base64')}` })

describe('one door for all', () => {
  const paths = [
    ...['/', '/tree', '/metrics', '/api/v1/snapshot', '/api/v1/events?follow', '/api/v1/openapi.json'],
    // As with Prometheus and its exporters, the probes too: who may not look learns nothing.
    ...['/-/healthy', '/-/ready', '/healthz', '/livez', '/readyz', '/not/there', '/api/v1/live'],
  ]
  test.each(paths)('%s needs a password or a token, and says which', async (path) => {
    const { url, refused } = await listen({ door: () => guarded })
    const answer = await fetch(url + path)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(
      'Basic realm="shimscope", charset="UTF-8", Bearer realm="shimscope"',
    )
    expect(answer.headers.get('connection')).toBe('close')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(refused).toEqual(['credentials'])
    const known = await fetch(url + path, { headers: bearer, method: 'HEAD' })
    expect(known.status).not.toBe(401)
  })

  test('the feed: refused before the upgrade, or open', async () => {
    const { port, url } = await listen({ door: () => guarded })
    const upgrade = (more: string) =>
      `GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n${more}\r\n`
    const stranger = dial(port)
    stranger.socket.write(upgrade(''))
    await until(() => stranger.seen.closed)
    expect(stranger.seen.text).toMatch(/^HTTP\/1.1 401 /)
    const known = dial(port)
    known.socket.write(upgrade(`Authorization: ${bearer.authorization}\r\n`))
    await until(() => known.seen.text.includes('"type":"snapshot"'))
    expect(known.seen.text).toMatch(/^HTTP\/1.1 101 /)
    expect((await fetch(`${url}/tree`, { headers: basic('correct horse') })).status).toBe(200)
  })

  test('a door that changes holds from the next request on, on old connections too', async () => {
    let door: Door = openDoor
    const { url } = await listen({ door: () => door })
    expect((await fetch(url)).status).toBe(404)
    door = guarded
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: basic('correct horse') })).status).toBe(404)
    door = { ...guarded, users: new Map([['alice', hashSync('another', 4)]]) }
    expect((await fetch(url, { headers: basic('correct horse') })).status).toBe(401)
    expect((await fetch(url, { headers: basic('another') })).status).toBe(404)
  })

  test('a door that changes ends the feed and the stream of events: who may come in again does', async () => {
    let door: Door = guarded
    const { port, url } = await listen({ door: () => door })
    const ask = (path: string, more = '') =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${bearer.authorization}\r\n${more}\r\n`
    const stream = dial(port)
    stream.socket.write(ask('/api/v1/events?follow'))
    const live = dial(port)
    live.socket.write(
      ask(
        '/api/v1/live',
        `Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`,
      ),
    )
    await until(() => live.seen.text.includes('"type":"snapshot"') && stream.seen.text.includes('text/event-stream'))
    door = { ...guarded, bearerToken: 'another-token-of-some-length' }
    expect((await fetch(url)).status).toBe(401)
    await until(() => live.seen.closed && stream.seen.text.endsWith('0\r\n\r\n'))
    expect(live.seen.text).toContain('connect again')
  })

  test('headers that are configured are added; a policy can only forbid more', async () => {
    const headers = { 'strict-transport-security': 'max-age=60', 'content-security-policy': "default-src 'self'" }
    const { url } = await listen({ door: () => ({ ...openDoor, headers }) })
    const answer = await fetch(url)
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=60')
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*, default-src 'self'$/)
  })
})

describe('attempts', () => {
  test('guessing passwords: ten at once, then one a second, and who knows is let in all the while', async () => {
    const { url, refused } = await listen({ door: () => guarded })
    const statuses: number[] = []
    for (let guess = 0; guess < 40; guess += 1)
      statuses.push((await fetch(url, { headers: basic(`guess ${guess}`) })).status)
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401))
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(15)
    expect(refused).toContain('rate')
    expect((await fetch(`${url}/tree`, { headers: bearer })).status).toBe(200)
  })

  test('a rate limit of the configuration, for all together', async () => {
    const door = { ...openDoor, rateLimit: { intervalMs: 60_000, burst: 2 } }
    const { url } = await listen({ door: () => door })
    const statuses = [(await fetch(url)).status, (await fetch(url)).status, (await fetch(url)).status]
    expect(statuses).toEqual([404, 404, 429])
  })

  test('a flood of requests from one address', async () => {
    const { app } = await listen()
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => app.inject('/healthz')))
    const limited = answers.filter(({ statusCode }) => statusCode === 429)
    expect(limited.length).toBeGreaterThan(100)
    expect(limited[0]?.headers['retry-after']).toBe('1')
  })

  test('another site: its scripts are refused, as is its name', async () => {
    const { url, refused } = await listen()
    expect((await fetch(`${url}/tree`, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
    expect((await fetch(`${url}/tree`, { headers: { origin: 'null' } })).status).toBe(403)
    expect((await fetch(`${url}/tree`, { headers: { origin: url } })).status).toBe(200)
    expect(refused).toEqual(['origin', 'origin'])
  })

  test('connections that say nothing, or never finish: the oldest give way, and nobody else waits', async () => {
    const { port, url } = await listen({ limits: { mostSilent: 20, patienceMs: 100 } })
    const silent = Array.from({ length: 60 }, () => dial(port))
    for (const { socket } of silent) socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    const closed = async () => {
      // Whoever comes next makes those give way that have had their time.
      expect((await fetch(`${url}/tree`, { headers: { connection: 'close' } })).status).toBe(200)
      return silent.filter(({ seen }) => seen.closed).length
    }
    await expect.poll(closed, { timeout: 5_000 }).toBeGreaterThanOrEqual(40)
    expect(silent.slice(-10).every(({ seen }) => !seen.closed)).toBe(true)
  })

  test('very many at once, none of them slow: all are answered', async () => {
    const { port } = await listen({ limits: { mostSilent: 20 } })
    const clients = Array.from({ length: 400 }, () => dial(port))
    for (const { socket } of clients) socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await until(() => clients.every(({ seen }) => seen.closed))
    expect(clients.filter(({ seen }) => seen.text.startsWith('HTTP/1.1 200 '))).toHaveLength(400)
  })

  test('headers, a byte at a time: ended after the time that a request may take', async () => {
    const { port } = await listen({ limits: { requestMs: 300 } })
    const { socket, seen } = dial(port)
    socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\n')
    const dripping = setInterval(() => socket.write('x'), 50)
    await until(() => seen.closed)
    clearInterval(dripping)
    expect(seen.text).toMatch(/^HTTP\/1.1 408 /)
  })

  test('half-open: a client that has said all it will say still gets its answer', async () => {
    const { port } = await listen()
    const { socket, seen } = dial(port)
    socket.end('GET /tree HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await until(() => seen.closed)
    expect(seen.text).toMatch(/^HTTP\/1.1 200 /)
  })

  test('idle connections make room when there are many', async () => {
    const { port } = await listen({ limits: { mostOpen: 10 } })
    const idle = Array.from({ length: 30 }, () => dial(port))
    for (const { socket } of idle) socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => idle.every(({ seen }) => seen.closed || seen.text !== ''))
    const late = dial(port)
    late.socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => late.seen.text !== '')
    expect(late.seen.text).toMatch(/^HTTP\/1.1 200 /)
    await until(() => idle.filter(({ seen }) => seen.closed).length >= 20)
  })

  test('an answer that nobody takes is given up', async () => {
    const { port } = await listen({
      limits: { answerMs: 300 },
      renderTree: () => 'x'.repeat(50_000_000),
    })
    const { socket, seen } = dial(port)
    socket.pause()
    socket.write('GET /tree HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let gone = false
    socket.on('error', () => (gone = true))
    // Not reading, it does not see the end either: writing tells.
    await until(() => {
      if (!socket.destroyed) socket.write('\r\n')
      return gone || seen.closed
    })
  })

  test.each([
    ['a body', 'GET /tree HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\nx', /^HTTP\/1.1 (200|413) /],
    ['large headers', `GET /tree HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['a long path', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['no host', 'GET /tree HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    ['an old line end', 'GET /tree HTTP/1.1\nHost: localhost\n\n', /^HTTP\/1.1 400 /],
    ['a proxy request', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', /^(HTTP\/1.1 4\d\d |$)/],
    [
      'another site by its whole address',
      'GET http://evil.example/tree HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      /^HTTP\/1.1 403 /,
    ],
    ['bytes', '\x16\x03\x01\x02\0\x01\0\x01', /^HTTP\/1.1 400 /],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1.1 4|^$/],
    [
      'HTTP/2 by upgrade',
      'GET /tree HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
      /^HTTP\/1.1 (200|4\d\d) |^$/,
    ],
  ])('%s', async (_, request, answer) => {
    const { port, url } = await listen()
    const { socket, seen } = dial(port)
    socket.write(request)
    await until(() => seen.closed || seen.text !== '')
    expect(seen.text).toMatch(answer)
    expect((await fetch(`${url}/tree`)).status).toBe(200)
  })
})
