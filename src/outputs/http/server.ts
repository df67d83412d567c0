import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { type ApiSources, apiRoutes, branch, isSet } from './api-routes.ts'
import {
  answerWithin,
  type ConnectionLimits,
  connectionLimits,
  createListener,
  type Listener,
} from './door/listener.ts'
import { type Door, openDoor } from './door/door.ts'
import { type Compare, compareInWorker } from './door/passwords.ts'
import { addDoors, type RefusalReason } from './doors.ts'
import { createFollowers } from './follow.ts'
import { liveSchema } from './live-schema.ts'
import { openapi } from './openapi.ts'
import { addProbes } from './probes.ts'
import { Refusal } from './refusal.ts'
import { queryOf } from './query-of.ts'
import { addTextTree, type TextTree } from './text-tree.ts'

/** One file of the page. */
export interface Asset {
  /** Where it is served: `/` or `/assets/…`. */
  readonly path: string
  readonly type: string
  readonly body: Buffer
  /** Its name changes with its content, so that a browser need not ask again. */
  readonly immutable: boolean
}

export interface ServerOptions extends ApiSources, TextTree {
  readonly version: string
  readonly assets: readonly Asset[]
  /** The body of /metrics for an `Accept` header. */
  readonly renderMetrics: (
    accept: string | undefined,
  ) => Promise<{ readonly contentType: string; readonly body: string }>
  /** The address is the loopback's: only requests that name it are answered. */
  readonly loopback: boolean
  readonly allowedHosts?: readonly string[]
  /** Who may come in, as it is now; everybody unless given. */
  readonly door?: () => Door
  readonly compare?: Compare
  readonly limits?: Partial<ConnectionLimits>
  /** Told of every request that was turned away at the door. */
  readonly refused?: (reason: RefusalReason) => void
  /** Called when another door holds; streams of events have ended by then. */
  readonly doorReplaced?: () => void
  readonly maxFollowers?: number
  /** Told of every failure that is ours, with a stack. */
  readonly report?: (error: unknown) => void
  readonly now?: () => number
}

/** What an answer that is under way may take when the server closes. */
const farewellMs = 200

/** The HTTP side, not yet listening. The live feed is added to it by who wires the two. */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { agent, version, assets, renderMetrics, loopback, verdictTable } = options
  const { allowedHosts = [], maxFollowers = 64, report = () => {}, now = Date.now } = options
  const { door = () => openDoor, compare = compareInWorker, refused = () => {} } = options
  const limits = { ...connectionLimits, ...options.limits }
  const listeners: Listener[] = []
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    // `localhost` has two addresses, and a listener for each.
    serverFactory(onRequest) {
      const listener = createListener(onRequest, door, limits)
      listeners.push(listener)
      return listener.server
    },
    routerOptions: { maxParamLength: 100 },
    // Idle keep-alive connections would hold up the shutdown.
    forceCloseConnections: 'idle',
  })

  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    // The signal of the request: nobody is there to be told.
    if (error.name === 'AbortError') {
      reply.hijack()
      return undefined
    }
    if (error instanceof Refusal) {
      if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
      return reply.code(error.status).send({ error: error.message, next: error.next })
    }
    const status = error.statusCode ?? 500
    if (status < 500)
      return reply
        .code(status)
        .send({ error: `${error.message}.`, next: 'See /api/v1/openapi.json for what can be asked.' })
    report(error)
    return reply
      .code(500)
      .send({ error: `${request.url.split('?')[0]} failed inside shimscope.`, next: 'Its log says why.' })
  })
  app.setNotFoundHandler((request) => {
    throw new Refusal(
      404,
      `There is nothing at ${request.url.split('?')[0]}.`,
      'See / for the page and /api/v1/openapi.json for the API.',
    )
  })
  app.addHook('onRequest', async ({ raw }) => {
    for (const listener of listeners) listener.heard(raw)
  })
  app.addHook('onSend', async (_, reply) => answerWithin(reply.raw, limits.answerMs))
  const lowered = allowedHosts.map((host) => host.toLowerCase())
  const followers = createFollowers(agent, maxFollowers)
  const replaced = () => {
    followers.end()
    options.doorReplaced?.()
  }
  addDoors(app, { loopback, allowedHosts: lowered, door, compare, now: () => performance.now(), refused, replaced })

  for (const { path, type, body, immutable } of assets) {
    const cacheControl = immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
    app.get(path, async (_, reply) => reply.type(type).header('cache-control', cacheControl).send(body))
  }
  addProbes(app, { agent, now })

  app.get('/metrics', async (request, reply) => {
    const { contentType, body } = await renderMetrics(request.headers.accept)
    return reply.header('content-type', contentType).header('vary', 'accept').send(body)
  })

  addTextTree(app, options)

  app.addHook('preClose', async () => {
    followers.end()
    for (const listener of listeners) listener.hangUp()
    // Answers that are under way may finish; a client that does not read its answer may not hold up the shutdown.
    setTimeout(() => app.server.closeAllConnections(), farewellMs).unref()
  })
  app.addSchema(branch)
  for (const route of apiRoutes) {
    const schema = { querystring: queryOf(Object.keys(route.query)), response: { 200: route.schema } }
    app.get<{ Querystring: Record<string, string | undefined> }>(route.path, { schema }, async (request, reply) => {
      if (route.follow !== undefined && isSet(request.query['follow'])) {
        followers.follow(request, reply)
        return reply
      }
      reply.header('cache-control', 'no-store')
      const answer = await route.answer(options, request.query, request.signal)
      const shown = momentOf(answer)
      if (shown !== undefined) reply.header('last-modified', shown.toUTCString())
      return answer
    })
  }
  const document = JSON.stringify(openapi(version, verdictTable))
  app.get('/api/v1/openapi.json', async (_, reply) => reply.type('application/json; charset=utf-8').send(document))
  const frameSchema = JSON.stringify(liveSchema)
  app.get('/api/v1/live.schema.json', async (_, reply) =>
    reply.type('application/schema+json; charset=utf-8').send(frameSchema),
  )
  return app
}

/** When the node was as an answer shows it. */
const momentOf = (answer: unknown): Date | undefined =>
  typeof answer === 'object' && answer !== null && 'takenAt' in answer ? new Date(String(answer.takenAt)) : undefined
