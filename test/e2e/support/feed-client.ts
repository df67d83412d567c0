import { WebSocket } from 'ws'
import type { Frame } from '../../../src/core/model/event.ts'
import { receive, type View } from '../../../src/core/snapshot/receive.ts'
import { hostHeader, type Served } from './serve.ts'

export interface FeedClient {
  view(): View | undefined
  /** Types of the frames so far, in order. */
  frames: Frame['type'][]
  /** Hangs up and calls again, asking for what was missed since. */
  reconnect(): Promise<void>
  close(): void
}

/** A client of the live feed that holds what the frames tell and asks for nothing else. */
export async function followFeed(served: Served): Promise<FeedClient> {
  const frames: Frame['type'][] = []
  let view: View | undefined
  let failure: Error | undefined
  let socket = await connect('')

  function connect(query: string): Promise<WebSocket> {
    const calling = new WebSocket(`ws+unix:${served.socket}:/api/v1/live${query}`, { headers: hostHeader })
    calling.on('message', (text) => {
      const frame = JSON.parse(String(text)) as Frame
      frames.push(frame.type)
      view = receive(view, frame)
      if (view === undefined) failure = new Error(`a ${frame.type} frame with seq ${frame.seq} does not follow`)
    })
    return new Promise((resolve, reject) => {
      calling.once('open', () => resolve(calling))
      calling.once('error', reject)
    })
  }

  return {
    frames,
    view() {
      if (failure !== undefined) throw failure
      return view
    },
    async reconnect() {
      const gone = new Promise((resolve) => socket.once('close', resolve))
      socket.close()
      await gone
      socket = await connect(`?since=${view?.hello.run}:${view?.current?.seq}`)
    },
    close: () => socket.terminate(),
  }
}
