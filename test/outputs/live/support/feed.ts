import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import { WebSocket } from 'ws'
import type { Agent } from '../../../../src/agent/agent.ts'
import type { Frame } from '../../../../src/core/model/event.ts'
import { receive, type View } from '../../../../src/core/snapshot/receive.ts'
import { writeFrame } from '../../../../src/outputs/http/live-schema.ts'
import { buildServer } from '../../../../src/outputs/http/server.ts'
import { addLive } from '../../../../src/outputs/live/add-live.ts'
import type { Limits } from '../../../../src/outputs/live/limits.ts'
import { plainServer } from '../../support/plain-server.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** The server with the feed, on a real port. */
export async function serveFeed(agent: Agent, limits: Partial<Limits> = {}, write = writeFrame) {
  const app = buildServer({
    agent,
    ...plainServer,
  })
  const feed = await addLive(app, { agent, limits, writeFrame: write })
  await app.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { app, feed, port, url: `ws://127.0.0.1:${port}/api/v1/live` }
}

/** A client that applies what it gets, as a page does. */
export function follow(url: string, from?: View, options: { headers?: Record<string, string> } = {}) {
  const socket = new WebSocket(url, options)
  const seen = {
    frames: [] as Frame[],
    view: from,
    broken: false,
    closed: undefined as number | undefined,
    refused: undefined as number | undefined,
  }
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame
    seen.frames.push(frame)
    const next = receive(seen.view, frame)
    if (next === undefined) seen.broken = true
    seen.view = next
  })
  socket.on('close', (code) => (seen.closed = code))
  socket.on('error', () => {})
  socket.on('unexpected-response', (request, response) => {
    seen.refused = response.statusCode
    request.destroy()
  })
  closing.push(() => socket.terminate())
  return { socket, seen, ready: () => once(socket, 'open') }
}

export const until = async (reached: () => unknown, timeout = 5000) =>
  expect.poll(() => Boolean(reached()), { timeout, interval: 5 }).toBe(true)
