import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { Agent } from '../../agent/agent.ts'
import { farewell } from './farewell.ts'
import { createFeed, type Feed } from './feed.ts'
import type { Write } from './frames.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { parseSince } from './since.ts'

export interface LiveOptions {
  readonly agent: Agent
  readonly writeFrame: Write
  readonly limits?: Partial<Limits>
  /** Told of every failure that is ours. */
  readonly report?: (error: unknown) => void
  readonly now?: () => number
}

type Query = Readonly<Record<string, unknown>>

/** Adds the live feed, WebSocket `/api/v1/live`, to a server that does not listen yet. */
export async function addLive(app: FastifyInstance, options: LiveOptions): Promise<Pick<Feed, 'counts' | 'dismiss'>> {
  const { agent, writeFrame, report = () => {}, now = Date.now } = options
  const limits = { ...defaultLimits(agent.intervalMs), ...options.limits }
  const feed = createFeed({ agent, limits, writeFrame, report, now })
  await app.register(websocket, {
    options: { maxPayload: limits.maxPayloadBytes, perMessageDeflate: false },
    // A connection that breaks is its client's affair.
    errorHandler: (_, socket) => socket.terminate(),
    // The plugin's own waits 30 s for a client that does not read: as long as Kubernetes waits before it kills.
    preClose(done) {
      feed.end()
      farewell(app.websocketServer.clients, limits.farewellMs, done)
    },
  })
  // The plugin hangs up on upgrades that were refused, but not on those that an earlier hook refuses; their connections
  // are no longer the HTTP server's, so nothing would ever close them.
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.headers.upgrade !== undefined) raw.socket.destroy()
  })
  app.route<{ Querystring: Query }>({
    method: 'GET',
    url: '/api/v1/live',
    handler: async (_, reply) => reply.code(426).header('upgrade', 'websocket').send(noUpgrade),
    wsHandler: (socket, request) => {
      const { since, processes } = request.query as Query
      feed.connected(socket, { since: parseSince(since), processes: isSet(processes) })
    },
  })
  return feed
}

/** Whether a parameter like `?processes` is set; `=0` and `=false` say no. */
const isSet = (value: unknown): boolean => value !== undefined && value !== '0' && value !== 'false'

const noUpgrade = {
  error: 'The live feed is a WebSocket.',
  next: 'Connect with `websocat ws://HOST:PORT/api/v1/live`, or follow /api/v1/events?follow with curl.',
}
