import type { Frame } from '../../core/model/event.ts'
import { receive, type View } from '../../core/snapshot/receive.ts'

/*
 * The other end of the live feed: for browsers and Node alike, with no dependency. It is what `shimscope/client`
 * exports, so these names and shapes are public.
 */

export type { Delta, EventType, Frame, Hello, NodeEvent } from '../../core/model/event.ts'
export type {
  Container,
  Daemon,
  Evidence,
  Pass,
  Process,
  Shim,
  Snapshot,
  Subject,
  Verdict,
} from '../../core/model/snapshot.ts'
export type { Current, View } from '../../core/snapshot/receive.ts'

/** A WebSocket, as far as it is used here: the browser's own is one, and that of `ws`. */
export interface LiveSocket {
  addEventListener(type: 'message', heard: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', heard: (event: { readonly code: number; readonly reason: string }) => void): void
  addEventListener(type: 'error', heard: (event: object) => void): void
  close(): void
}

/** How the connection stands. `lost` comes before each further try, in `retryInMs`. */
export type Link =
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly reason: string; readonly retryInMs: number }

export interface FollowOptions {
  /** The agent, as in `http://127.0.0.1:19256`; what stands behind its host is where the agent is mounted. */
  readonly url: string
  /** Opens a WebSocket: `(url) => new WebSocket(url)`. */
  readonly open: (url: string) => LiveSocket
  /** The view has changed, by this frame. Views are never changed in place. */
  readonly changed: (view: View, frame: Frame) => void
  readonly linked?: (link: Link) => void
  /** Asks for every process too. A connection with processes begins with a snapshot each time. */
  readonly processes?: boolean
  /** Waits before each further try, in ms; the last one is kept. */
  readonly delaysMs?: readonly number[]
}

export interface LiveClient {
  /** What the node shows, as far as is known; kept while the connection is lost. */
  view(): View | undefined
  /** Asks for the processes, or no longer, over a new connection. */
  wantProcesses(wanted: boolean): void
  /** It was asked for processes, and its snapshot had none: what it shows is from a journal, which keeps none. */
  lacksProcesses(): boolean
  close(): void
}

/** Silence after which a connection is given up, in ms: the agent says something every 5 s at the least. */
const SILENCE_MS = 20_000

/** RFC 6455, 7.4.1, and its registry: try again later. */
const TRY_AGAIN_LATER = 1013

/**
 * Keeps a view of a node current: goes on from where it was after a break (`?since=RUN:SEQ`), or begins anew where that
 * cannot be, as when the agent was restarted. The four arrays of the view are those of the snapshot with its `seq`.
 *
 * Throws a TypeError for a URL that is none; nothing that happens later is thrown.
 */
export function follow({
  url,
  open,
  changed,
  linked = () => {},
  processes = false,
  delaysMs = [250, 500, 1000, 2000, 5000],
}: FollowOptions): LiveClient {
  const address = liveAddress(url)
  let wanted = processes
  let lacking = false
  let view: View | undefined
  let socket: LiveSocket | undefined
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const connect = () => {
    let trouble = ''
    const opened = open(addressFrom(address, view, wanted))
    const current = () => socket === opened
    opened.addEventListener('message', ({ data }) => {
      if (current()) heard(opened, String(data))
    })
    // A browser tells no page why; `ws` does.
    opened.addEventListener('error', (event) => {
      if ('message' in event && typeof event.message === 'string') trouble = event.message
    })
    opened.addEventListener('close', ({ code, reason }) => {
      if (current()) retry(reason || trouble || `closed with ${code}`, code === TRY_AGAIN_LATER)
    })
    socket = opened
    listen(opened)
  }

  const heard = (opened: LiveSocket, text: string) => {
    listen(opened)
    const frame = parse(text)
    const before = view
    view = frame && receive(view, frame)
    if (frame === undefined || view === undefined) {
      // Without a view the next connection begins with a snapshot.
      hangUp(opened)
      retry(frame === undefined ? 'what was sent is no frame' : `a ${frame.type} that does not follow`, false)
      return
    }
    // Another life of the agent may look at something else.
    if (frame.type === 'hello' && frame.run !== before?.hello.run) lacking = false
    if (frame.type === 'snapshot' && wanted) lacking = frame.snapshot.processes === undefined
    if (view.current !== undefined) {
      tries = 0
      linked({ state: 'live' })
    }
    changed(view, frame)
  }

  const listen = (opened: LiveSocket) => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      hangUp(opened)
      retry(`nothing heard for ${SILENCE_MS / 1000} s`, false)
    }, SILENCE_MS)
  }

  const hangUp = (opened: LiveSocket | undefined) => {
    socket = undefined
    clearTimeout(silence)
    clearTimeout(timer)
    opened?.close()
  }

  const retry = (reason: string, refused: boolean) => {
    hangUp(undefined)
    // A server that has too many clients is not helped by more tries.
    const delay = (refused ? delaysMs.at(-1) : delaysMs[Math.min(tries++, delaysMs.length - 1)]) ?? 1000
    // A fleet of clients should not come back in step.
    const retryInMs = Math.round(delay * (0.75 + Math.random() / 2))
    timer = setTimeout(connect, retryInMs)
    linked({ state: 'lost', reason, retryInMs })
  }

  connect()
  return {
    view: () => view,
    wantProcesses(now) {
      if (now === wanted) return
      wanted = now
      // Nobody would keep them current.
      if (view?.current !== undefined && !now) view = { ...view, current: { ...view.current, processes: undefined } }
      hangUp(socket)
      connect()
    },
    lacksProcesses: () => lacking,
    close: () => hangUp(socket),
  }
}

function parse(text: string): Frame | undefined {
  try {
    return JSON.parse(text) as Frame
  } catch {
    return undefined
  }
}

/** `http://node:19256/` → `ws://node:19256/api/v1/live` */
function liveAddress(url: string): string {
  const address = new URL(url)
  const protocols: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:' }
  address.protocol = protocols[address.protocol] ?? address.protocol
  address.pathname = `${address.pathname.replace(/\/$/, '')}/api/v1/live`
  return address.href.split(/[?#]/, 1)[0] ?? ''
}

function addressFrom(address: string, view: View | undefined, processes: boolean): string {
  if (processes) return `${address}?processes`
  const { hello, current } = view ?? {}
  if (hello === undefined || current === undefined) return address
  return `${address}?since=${encodeURIComponent(`${hello.run}:${current.seq}`)}`
}
