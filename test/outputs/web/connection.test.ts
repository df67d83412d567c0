import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Frame } from '../../../src/core/model/event.ts'
import type { View } from '../../../src/core/snapshot/receive.ts'
import { keepConnected } from '../../../src/outputs/web/page/connection.ts'
import { aContainer, aSnapshot } from '../../core/snapshot/support/nodes.ts'
import { serveFeed, until } from '../live/support/feed.ts'
import { memoryAgent } from '../support/memory-agent.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** The page's connection over real sockets. */
function page(url: () => string) {
  const seen = {
    view: undefined as View | undefined,
    frames: [] as Frame[],
    states: [] as string[],
    queries: [] as string[],
  }
  let last: WebSocket | undefined
  stops.push(
    keepConnected({
      open(query, heard, closed) {
        seen.queries.push(query)
        const socket = new WebSocket(`${url()}?${query}`)
        socket.onmessage = ({ data }) => heard(String(data))
        socket.onclose = ({ code }) => closed(code)
        socket.onerror = () => {}
        last = socket
        return socket
      },
      seen(view, frame) {
        seen.view = view
        seen.frames.push(frame)
      },
      state: (state) => seen.states.push(state),
      delaysMs: [10, 20],
    }),
  )
  return { seen, cut: () => last?.terminate() }
}

test('goes on after a break where it was', async () => {
  const agent = memoryAgent(aSnapshot())
  const { url } = await serveFeed(agent)
  const { seen, cut } = page(() => url)
  await until(() => seen.view?.current)
  cut()
  await until(() => seen.states.at(-1) === 'broken')
  agent.look(aSnapshot({ containers: [aContainer()] }))
  await until(() => seen.view?.current?.seq === 2)
  expect(seen.queries).toEqual(['', 'since=run-1%3A1'])
  expect(seen.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot', 'hello', 'delta'])
  expect(seen.states.at(-1)).toBe('live')
})

test('begins anew with another run of the agent', async () => {
  const first = await serveFeed(memoryAgent(aSnapshot({ containers: [aContainer()] })))
  let url = first.url
  const { seen } = page(() => url)
  await until(() => seen.view?.current)
  const second = await serveFeed(memoryAgent(aSnapshot({ run: 'run-2' })))
  url = second.url
  await first.app.close()
  await until(() => seen.view?.hello.run === 'run-2' && seen.view.current)
  expect(seen.view?.current?.containers).toEqual([])
})
