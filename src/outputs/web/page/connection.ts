import type { Frame } from '../../../core/model/event.ts'
import { receive, type View } from '../../../core/snapshot/receive.ts'

/** An open WebSocket, as far as it is used here. */
export interface Channel {
  close(): void
}

export interface ConnectionOptions {
  /** Opens the live feed with these query parameters, without the question mark. */
  readonly open: (query: string, heard: (text: string) => void, closed: (code: number) => void) => Channel
  /** The view has changed, by this frame. */
  readonly seen: (view: View, frame: Frame) => void
  readonly state: (state: 'live' | 'broken') => void
  /** Waits before each further try, in ms; the last one is kept. */
  readonly delaysMs?: readonly number[]
}

/** Silence after which a connection is given up, in heartbeats; none comes more seldom than every 5 s. */
const silenceMs = 20_000

/** Keeps a view of the node current: goes on from where it was after a break, or begins anew where that cannot be. */
export function keepConnected({
  open,
  seen,
  state,
  delaysMs = [250, 500, 1000, 2000, 5000],
}: ConnectionOptions): () => void {
  let view: View | undefined
  let channel: Channel | undefined
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const connect = () => {
    const from = view?.current && `since=${encodeURIComponent(`${view.hello.run}:${view.current.seq}`)}`
    const current = () => channel === opened
    const opened = open(
      from ?? '',
      (text) => {
        if (current()) heard(opened, JSON.parse(text) as Frame)
      },
      (code) => {
        if (current()) retry(code === 1013)
      },
    )
    channel = opened
    listen()
  }

  const heard = (opened: Channel, frame: Frame) => {
    listen()
    const next = receive(view, frame)
    view = next
    if (next === undefined) return opened.close()
    if (next.current !== undefined) {
      tries = 0
      state('live')
    }
    seen(next, frame)
  }

  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      channel?.close()
      retry(false)
    }, silenceMs)
  }

  const retry = (refused: boolean) => {
    channel = undefined
    clearTimeout(silence)
    clearTimeout(timer)
    state('broken')
    // A server that has too many clients is not helped by more tries.
    const delay = (refused ? delaysMs.at(-1) : delaysMs[Math.min(tries++, delaysMs.length - 1)]) ?? 1000
    // A fleet of pages should not come back in step.
    timer = setTimeout(connect, delay * (0.75 + Math.random() / 2))
  }

  connect()
  return () => {
    clearTimeout(timer)
    clearTimeout(silence)
    const last = channel
    channel = undefined
    last?.close()
  }
}
