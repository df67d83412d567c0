import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Collections } from '../../../src/core/model/event.ts'
import { type FollowOptions, follow, type LiveClient, type Link } from '../../../src/outputs/live/client.ts'
import { aContainer, aProcess, aSnapshot } from '../../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { serveFeed, until } from './support/feed.ts'

const clients: LiveClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

/** A client over real sockets, and what it was told. */
function client(url: string, options: Partial<FollowOptions> = {}) {
  const told = { urls: [] as string[], frames: [] as string[], links: [] as Link[] }
  const sockets: WebSocket[] = []
  const made = follow({
    url: url.replace('ws:', 'http:').replace('/api/v1/live', ''),
    open(address) {
      told.urls.push(address)
      const socket = new WebSocket(address)
      sockets.push(socket)
      return socket
    },
    changed: (_, frame) => told.frames.push(frame.type),
    linked: (link) => told.links.push(link),
    delaysMs: [10, 20],
    ...options,
  })
  clients.push(made)
  return { client: made, told, sockets }
}

const four = ({ daemons, shims, containers, verdicts }: Collections) => ({ daemons, shims, containers, verdicts })

describe('the client of the feed', () => {
  test('goes on after a break where it was, and says why it broke', async () => {
    const agent = memoryAgent(aSnapshot())
    const { url } = await serveFeed(agent)
    const { client: made, told, sockets } = client(url)
    await until(() => made.view()?.current)
    sockets[0]?.terminate()
    await until(() => told.links.at(-1)?.state === 'lost')
    agent.look(aSnapshot({ containers: [aContainer()] }))
    await until(() => made.view()?.current?.seq === 2)
    expect(told.urls).toEqual([url, `${url}?since=run-1%3A1`])
    expect(told.frames).toEqual(['hello', 'snapshot', 'hello', 'delta'])
    expect(told.links.map(({ state }) => state)).toEqual(['live', 'lost', 'live', 'live'])
    expect(four(made.view()?.current as Collections)).toEqual(four(agent.latest()?.snapshot as Collections))
  })

  test('begins anew with another life of the agent', async () => {
    const first = await serveFeed(memoryAgent(aSnapshot({ containers: [aContainer()] })))
    const second = await serveFeed(memoryAgent(aSnapshot({ run: 'run-2' })))
    let calls = 0
    const { client: made } = client(first.url, {
      open: (address) => new WebSocket(calls++ === 0 ? address : address.replace(`${first.port}`, `${second.port}`)),
    })
    await until(() => made.view()?.current)
    await first.app.close()
    await until(() => made.view()?.hello.run === 'run-2' && made.view()?.current)
    expect(made.view()?.current?.containers).toEqual([])
  })

  test('takes the processes when they are wanted, and lets go of them', async () => {
    const agent = memoryAgent(aSnapshot())
    agent.running = [aProcess()]
    const { url } = await serveFeed(agent)
    const { client: made, told } = client(url)
    await until(() => made.view()?.current)
    expect(made.view()?.current?.processes).toBeUndefined()
    made.wantProcesses(true)
    await until(() => made.view()?.current?.processes?.length === 1)
    made.wantProcesses(false)
    expect(made.view()?.current?.processes).toBeUndefined()
    agent.look(aSnapshot({ containers: [aContainer()] }))
    await until(() => made.view()?.current?.seq === 2)
    expect(made.view()?.current?.processes).toBeUndefined()
    expect(told.urls).toEqual([url, `${url}?processes`, `${url}?since=run-1%3A1`])
    expect(told.links.every(({ state }) => state === 'live')).toBe(true)
  })

  test('says that there are none to be had, once it has asked', async () => {
    const agent = memoryAgent(aSnapshot())
    agent.hasProcesses = false
    const { url } = await serveFeed(agent)
    const { client: made } = client(url)
    await until(() => made.view()?.current)
    expect(made.lacksProcesses()).toBe(false)
    made.wantProcesses(true)
    await until(() => made.lacksProcesses())
    agent.look(aSnapshot({ containers: [aContainer()] }))
    await until(() => made.view()?.current?.seq === 2)
    expect([made.lacksProcesses(), made.view()?.current?.processes]).toEqual([true, undefined])
    // Another life of it may look at a node.
    agent.hasProcesses = true
    agent.running = [aProcess()]
    agent.look(aSnapshot({ run: 'run-2' }))
    await until(() => made.view()?.current?.processes?.length === 1)
    expect(made.lacksProcesses()).toBe(false)
  })

  test('what does not follow makes it begin anew; what is no frame, too', async () => {
    const agent = memoryAgent(aSnapshot())
    const { url } = await serveFeed(agent)
    for (const nonsense of ['{"type":"delta","seq":9,"previous":8}', '{']) {
      const { client: made, told, sockets } = client(url)
      await until(() => made.view()?.current)
      sockets[0]?.emit('message', Buffer.from(nonsense), false)
      await until(() => told.frames.length === 4)
      expect(told.urls).toEqual([url, url])
      expect(told.links.map(({ state }) => state)).toEqual(['live', 'lost', 'live'])
    }
  })

  test('says what refused it, and comes back less often where there are too many clients', async () => {
    const { url } = await serveFeed(memoryAgent(aSnapshot()), { maxClients: 1 })
    const first = client(url)
    await until(() => first.client.view()?.current)
    const second = client(url)
    await until(() => second.told.links.length === 2)
    for (const link of second.told.links) {
      expect(link).toMatchObject({ state: 'lost', reason: '1 clients already' })
      expect(link.state === 'lost' && link.retryInMs).toBeGreaterThanOrEqual(15)
    }
    const nobody = client('ws://127.0.0.1:1/api/v1/live')
    await until(() => nobody.told.links.length > 0)
    expect(nobody.told.links[0]).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') })
  })

  test('closed, it calls no more', async () => {
    const agent = memoryAgent(aSnapshot())
    const { url, feed } = await serveFeed(agent)
    const { client: made, told } = client(url)
    await until(() => made.view()?.current)
    made.close()
    await until(() => feed.counts().clients === 0)
    agent.look(aSnapshot({ containers: [aContainer()] }))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(told).toMatchObject({ urls: [url], frames: ['hello', 'snapshot'] })
  })

  test.each([
    ['http://node:1', 'ws://node:1/api/v1/live'],
    ['https://node.example/shimscope/?x#y', 'wss://node.example/shimscope/api/v1/live'],
    ['http://me:secret@[::1]:19256/', 'ws://me:secret@[::1]:19256/api/v1/live'],
  ])('%s is called at %s', (url, address) => {
    const silent = { addEventListener: () => {}, close: () => {} }
    const called: string[] = []
    const open = (at: string) => {
      called.push(at)
      return silent
    }
    follow({ url, open, changed: () => {} }).close()
    expect(called).toEqual([address])
  })

  test('an address that is none is said at once', () => {
    expect(() => follow({ url: 'nowhere', open: (at) => new WebSocket(at), changed: () => {} })).toThrow(TypeError)
  })
})
