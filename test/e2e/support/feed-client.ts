import { WebSocket } from 'ws'
import type { Frame, NodeEvent } from '../../../src/core/model/event.ts'
import type { View } from '../../../src/core/snapshot/receive.ts'
import { follow } from '../../../src/outputs/live/client.ts'
import { hostHeader, type Served } from './serve.ts'
import { until } from './until.ts'

export interface FeedClient {
  view(): View | undefined
  /** What it held after each frame. */
  views: readonly View[]
  /** Types of the frames so far, in order. */
  frames: Frame['type'][]
  /** Events as they came in, by our own monotonic clock. */
  happened: { event: NodeEvent; atMs: number }[]
  /** Resolves when a frame has made it true, with the time at which that came in by the same clock. */
  sees(what: string, isSo: () => boolean): Promise<number>
  /** The connection breaks, and the client calls again, asking for what was missed since. */
  reconnect(): Promise<void>
  close(): void
}

/** The package's own client, over the way out of a world. */
export async function followFeed(served: Served): Promise<FeedClient> {
  const frames: Frame['type'][] = []
  const waiting = new Set<() => void>()
  const happened: FeedClient['happened'] = []
  const views: View[] = []
  const sockets: WebSocket[] = []
  const client = follow({
    url: 'http://agent',
    open(url) {
      const { pathname, search } = new URL(url)
      const socket = new WebSocket(`ws+unix:${served.socket}:${pathname}${search}`, { headers: hostHeader })
      sockets.push(socket)
      return socket
    },
    changed(view, frame) {
      views.push(view)
      frames.push(frame.type)
      if (frame.type === 'delta') {
        for (const event of frame.events) happened.push({ event, atMs: performance.now() })
      }
      for (const look of waiting) look()
    },
    delaysMs: [10],
  })
  await until('the client holds a view', () => client.view()?.current)
  return {
    views,
    frames,
    happened,
    view: () => client.view(),
    sees(what, isSo) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!isSo()) return
          clearTimeout(late)
          waiting.delete(look)
          resolve(performance.now())
        }
        const late = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), 60_000)
        waiting.add(look)
        look()
      })
    },
    async reconnect() {
      const greeted = frames.filter((type) => type === 'hello').length
      sockets.at(-1)?.terminate()
      await until('the client is back', () => frames.filter((type) => type === 'hello').length > greeted)
    },
    close: () => client.close(),
  }
}
