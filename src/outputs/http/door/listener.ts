import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { Door, TlsDoor } from './door.ts'
import { mayEnter } from './tls-door.ts'

/** What a client may cost before it has been let in, and how long we wait for it. */
export const connectionLimits = {
  /** Connections that have not sent a whole request yet; beyond these the oldest give way to the next. */
  mostSilent: 256,
  /** But not before this time: after a restart a thousand clients may come at once, and none is slow. */
  patienceMs: 1_000,
  /** Beyond these, connections that wait for their next request are closed. */
  mostOpen: 1_536,
  /** Beyond these, no further ones are taken. */
  mostConnections: 4_096,
  /** All headers of a request must be there by then, and its body too, which none of ours has. */
  requestMs: 10_000,
  /** An answer must have been taken by then; the feed and the stream of events have limits of their own. */
  answerMs: 60_000,
  /** Prometheus scrapes less often than once a minute seldom. */
  keepAliveMs: 72_000,
  headerBytes: 8_192,
} as const

export type ConnectionLimits = { readonly [N in keyof typeof connectionLimits]: number }

/** A request; one that a test injects has no connection. */
export interface Connected {
  readonly socket?: Socket | undefined
}

export interface Listener {
  readonly server: Server
  /** The connection of this request has sent a whole one. */
  heard(request: Connected): void
  /** Hangs up on those that have sent none: nothing else would, and they would hold up the end. */
  hangUp(): void
}

/** An HTTP server whose connections are encrypted or not as the door says when they are made. */
export function createListener(onRequest: RequestListener, door: () => Door, limits: ConnectionLimits): Listener {
  const server = createServer(
    {
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(5_000, limits.requestMs),
      maxHeaderSize: limits.headerBytes,
    },
    onRequest,
  )
  server.maxConnections = limits.mostConnections
  /** By peer, since a connection is one stream when it is made and another when it is encrypted. Oldest first. */
  const silent = new Map<string, { readonly socket: Socket; readonly sinceMs: number }>()
  let open = 0
  const makeRoom = (nowMs: number) => {
    for (const [oldest, { socket, sinceMs }] of silent) {
      if (silent.size <= limits.mostSilent || nowMs - sinceMs < limits.patienceMs) break
      silent.delete(oldest)
      socket.destroy()
    }
  }
  const wait = (socket: Socket) => {
    const peer = peerOf(socket)
    const nowMs = performance.now()
    // Its handshake is done: it waits anew.
    silent.delete(peer)
    silent.set(peer, { socket, sinceMs: nowMs })
    makeRoom(nowMs)
  }
  server.on('drop', () => makeRoom(performance.now()))

  // The server's own listener speaks HTTP with whatever stream it is given, and TLS goes between it and the network.
  // https://nodejs.org/api/http.html#event-connection
  const speak = server.listeners('connection') as ((stream: Socket) => void)[]
  server.removeAllListeners('connection')
  const speakWith = (stream: Socket) => {
    for (const listener of speak) listener.call(server, stream)
  }
  const tlsServers = new WeakMap<TlsDoor, TlsServer>()
  const tlsServerOf = (tls: TlsDoor) => {
    const made = tlsServers.get(tls) ?? encrypting(tls, speakWith, wait)
    tlsServers.set(tls, made)
    return made
  }
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    open += 1
    socket.once('close', () => {
      open -= 1
      silent.delete(peer)
    })
    if (open > limits.mostOpen) server.closeIdleConnections()
    wait(socket)
    const { tls } = door()
    if (tls === undefined) speakWith(socket)
    else tlsServerOf(tls).emit('connection', socket)
  })
  return {
    server,
    heard({ socket }) {
      if (socket !== undefined) silent.delete(peerOf(socket))
    },
    hangUp() {
      for (const { socket } of silent.values()) socket.destroy()
    },
  }
}

/** The address of a client; of one without a connection, none. */
export const addressOf = ({ socket }: Connected): string => socket?.remoteAddress ?? ''

const peerOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`

/** Gives up an answer that is not taken: a client may keep its connection busy without reading. */
export function answerWithin(response: ServerResponse, answerMs: number): void {
  const timer = setTimeout(() => response.destroy(), answerMs).unref()
  response.once('close', () => clearTimeout(timer))
}

/** A TLS server that does not listen: connections are given to it. https://nodejs.org/api/tls.html#event-connection */
function encrypting(tls: TlsDoor, speakWith: (stream: Socket) => void, wait: (stream: Socket) => void): TlsServer {
  const server = createTlsServer(tls.options)
  server.on('tlsClientError', (_, socket) => socket.destroy())
  server.on('secureConnection', (socket) => {
    if (!mayEnter(socket, tls)) {
      socket.destroy()
      return
    }
    wait(socket)
    speakWith(socket)
  })
  return server
}
