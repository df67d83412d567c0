import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Bucket, bucketsByAddress } from './door/bucket.ts'
import { admission, type Admit, challenges } from './door/credentials.ts'
import { asksForSecret, type Door } from './door/door.ts'
import { addressOf } from './door/listener.ts'
import type { Compare } from './door/passwords.ts'
import { hostName, namesAddress, namesLoopback } from './host.ts'
import { isOwnOrigin } from './origin.ts'
import { Refusal } from './refusal.ts'

/** Nothing but our own files, no markup by script, no frame around it: a page about hostile processes. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** Why requests were turned away, as the metrics count it. */
export const refusalReasons = ['method', 'host', 'origin', 'rate', 'credentials'] as const
export type RefusalReason = (typeof refusalReasons)[number]

export interface Doors {
  /** Bound to the loopback: only requests that name it are answered. */
  readonly loopback: boolean
  /** Further host names that requests may name, in lower case, without port, such as a reverse proxy's; `*`: all. */
  readonly allowedHosts: readonly string[]
  /** As it is now. */
  readonly door: () => Door
  readonly compare: Compare
  readonly now: () => number
  readonly refused: (reason: RefusalReason) => void
  /** Another door holds from now on: who was let in by the former one for long has to come in anew. */
  readonly replaced: () => void
}

/** For each address. All clients of the feed may come from one (a proxy's), and at once, after a restart. */
const requestRate = { intervalMs: 10, burst: 1_500 }
/** For each address, and for all: passwords that were not tried before. Each costs tens of ms of processor time. */
const passwordRate = { intervalMs: 1_000, burst: 10 }
const passwordRateOfAll = { intervalMs: 250, burst: 40 }

/** What every request passes before its route, the live feed's included. */
export function addDoors(app: FastifyInstance, doors: Doors): void {
  const { door, now } = doors
  const mayRequest = bucketsByAddress(requestRate)
  const mayTry = bucketsByAddress(passwordRate)
  const triesOfAll = new Bucket(passwordRateOfAll, now())
  let standing: Standing | undefined
  const turnAway = (reason: RefusalReason, refusal: Refusal): Refusal => {
    doors.refused(reason)
    return refusal
  }

  app.addHook('onRequest', async (request, reply) => {
    const current = door()
    if (standing?.door !== current) {
      if (standing !== undefined) doors.replaced()
      standing = stand(current, doors)
    }
    reply.headers(headers)
    addHeaders(reply, current.headers)
    const { method, headers: asked } = request
    if (namesTwoHosts(request)) throw turnAway('host', twoHosts())
    const address = addressOf(request.raw)
    if (method !== 'GET' && method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD')
      throw turnAway('method', new Refusal(405, `${method} is not allowed: shimscope only looks.`, 'Use GET.'))
    }
    if (!mayName(asked.host, current, doors)) throw turnAway('host', foreignHost(doors))
    // A script of another page may ask, but not read the answer, and a WebSocket not even be opened. RFC 6455, 10.2.
    if (!isOwnOrigin(asked.origin, asked.host)) throw turnAway('origin', foreignOrigin())
    const nowMs = now()
    if (!mayRequest(address, nowMs) || standing.requestsOfAll?.take(nowMs) === false) throw turnAway('rate', tooMany())
    const mayAsk = () => mayTry(address, now()) && triesOfAll.take(now())
    switch (await standing.admit(asked.authorization, mayAsk)) {
      case 'admitted':
        return
      case 'busy':
        throw turnAway('rate', tooMany())
      case 'no-credentials':
      case 'wrong-credentials':
        throw turnAway('credentials', unknownClient(current, request, reply))
    }
  })
}

/** What is kept as long as the door is the same. */
interface Standing {
  readonly door: Door
  readonly admit: Admit
  readonly requestsOfAll: Bucket | undefined
}

const stand = (door: Door, { compare, now }: Doors): Standing => ({
  door,
  admit: admission(door, compare),
  requestsOfAll: door.rateLimit && new Bucket(door.rateLimit, now()),
})

/** A policy that is added can only forbid more: both then hold. Content Security Policy Level 3, 8.1 */
function addHeaders(reply: FastifyReply, added: Door['headers']): void {
  for (const [name, value] of Object.entries(added)) {
    const own = headers[name]
    if (name === 'x-frame-options') continue
    reply.header(name, name === 'content-security-policy' && own !== undefined ? `${own}, ${value}` : value)
  }
}

/**
 * A page elsewhere may point its own name at this address and then read our answers as its own (DNS rebinding). Such
 * requests carry that name. Browsers always send Host; who sends none is no browser. A page has no password for a name
 * that is not ours, and no certificate is ours under such a name: with either, names need no look.
 */
function mayName(host: string | undefined, door: Door, { loopback, allowedHosts }: Doors): boolean {
  if (host === undefined || allowedHosts.includes('*') || allowedHosts.includes(hostName(host))) return true
  if (loopback) return namesLoopback(host)
  return asksForSecret(door) || door.tls !== undefined || namesAddress(host)
}

/** Node takes the first, whoever stands before us perhaps the last. RFC 9112, 3.2 */
// Who calls in this process, by `injectWS`, has none.
const namesTwoHosts = ({ raw: { rawHeaders = [] } }: FastifyRequest): boolean =>
  rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length > 1

const twoHosts = (): Refusal => new Refusal(400, 'The request names two hosts.', 'Name one.')

const foreignHost = ({ loopback }: Doors): Refusal =>
  new Refusal(
    403,
    'The request names a host that is not this one.',
    loopback
      ? 'Use http://localhost or http://127.0.0.1, with the port, or allow the name with --web.allowed-hosts.'
      : 'Use an address in place of the name, or allow the name with --web.allowed-hosts.',
  )

const foreignOrigin = (): Refusal =>
  new Refusal(403, 'A page of another site may not ask here.', "Open this agent's own page.")

const tooMany = (): Refusal => new Refusal(429, 'There were too many requests.', 'Ask again more slowly.', 1)

function unknownClient(door: Door, request: FastifyRequest, reply: FastifyReply): Refusal {
  reply.header('www-authenticate', challenges(door))
  // A stranger keeps no connection.
  if (request.headers.upgrade === undefined) reply.header('connection', 'close')
  return new Refusal(
    401,
    'This agent answers only those whom it knows.',
    'Give a name and a password of its --web.config.file, or the token of its --web.bearer-token-file.',
  )
}
