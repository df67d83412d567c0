import type { FastifyInstance } from 'fastify'
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

export interface Doors {
  /** Bound to the loopback: only requests that name it are answered. */
  readonly loopback: boolean
  /** Further host names that requests may name, without port, such as a reverse proxy's. */
  readonly allowedHosts: readonly string[]
}

/** What every request passes before its route: the method, the host that it names, the headers of its answer. */
export function addDoors(app: FastifyInstance, { loopback, allowedHosts }: Doors): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD')
      throw new Refusal(405, `${request.method} is not allowed: shimscope only looks.`, 'Use GET.')
    }
    // A page elsewhere may point its own name at 127.0.0.1 and then read our answers as its own (DNS rebinding).
    // Such requests carry that name. Browsers always send Host; who sends none is no browser.
    const host = request.headers.host
    if (loopback && host !== undefined && !namesLoopback(host) && !allowedHosts.includes(hostName(host))) {
      throw new Refusal(
        403,
        'The request names a host that is not this one.',
        'Use http://localhost or http://127.0.0.1, with the port.',
      )
    }
  })
}

/** A `Host` header without its port, in lower case. RFC 9110, 7.2. */
const hostName = (host: string): string => host.toLowerCase().replace(/:[0-9]*$/, '')

export function namesLoopback(host: string): boolean {
  const name = hostName(host)
  return name === 'localhost' || name === '[::1]' || /^127(\.[0-9]{1,3}){3}$/.test(name)
}
