import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fallbacks } from '../../src/config.ts'
import { playedOf } from '../../src/commands/played.ts'
import { type Watched, watchHere, watchThere } from '../../src/commands/watched.ts'
import { aContainer, aProcess, aSnapshot } from '../core/snapshot/support/nodes.ts'
import { serveFeed, until } from '../outputs/live/support/feed.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { folder, leakedShim } from './world.ts'

const open: Watched[] = []
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.close()
})
const opened = (watched: Watched): Watched => {
  open.push(watched)
  return watched
}

test('there: the view of an agent, with what happened before, and its processes on demand', async () => {
  const agent = memoryAgent(aSnapshot())
  agent.look(aSnapshot({ containers: [aContainer()] }))
  agent.running = [aProcess()]
  const { port } = await serveFeed(agent)
  const watched = opened(watchThere(`http://127.0.0.1:${port}`, () => {}))
  expect(watched.picture()).toMatchObject({ snapshot: undefined, origin: { link: 'calling' } })
  await until(() => watched.picture().events.length === 2)
  const { snapshot, origin } = watched.picture()
  expect(snapshot).toEqual(agent.latest()?.snapshot)
  expect(origin).toEqual({ kind: 'agent', url: `http://127.0.0.1:${port}`, link: 'live' })
  // The same picture as long as nothing is new.
  expect(watched.picture()).toBe(watched.picture())

  watched.wantProcesses(true)
  await until(() => watched.picture().snapshot?.processes?.length === 1)
  agent.look(aSnapshot({ containers: [aContainer({ state: 'paused' })] }))
  await until(() => watched.picture().events.length === 3)
  expect(watched.picture().events.map(({ type }) => type)).toEqual([
    'container-created',
    'container-started',
    'container-paused',
  ])
  watched.wantProcesses(false)
  await until(() => watched.picture().snapshot?.processes === undefined)
})

test('there: an agent that plays a journal has no processes, and the screen says so', async () => {
  const agent = memoryAgent(aSnapshot())
  agent.hasProcesses = false
  const { port } = await serveFeed(agent)
  const watched = opened(watchThere(`http://127.0.0.1:${port}`, () => {}))
  await until(() => watched.picture().snapshot)
  expect(watched.picture().lacking).toBeUndefined()
  watched.wantProcesses(true)
  await until(() => watched.picture().lacking)
  expect(watched.picture().lacking).toMatch(/^Single processes are not known: this is from a journal/)
  watched.wantProcesses(false)
  expect(watched.picture().lacking).toBeUndefined()
})

test('there: a password is sent, and shown to nobody', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer().listen(0, '127.0.0.1')
  server.on('upgrade', (request, socket) => {
    asked.push(request.url, request.headers.authorization)
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const watched = opened(watchThere(`http://me:s%3Acret@127.0.0.1:${port}/agent/`, () => {}))
  await until(() => typeof (watched.picture().origin as { link: unknown }).link === 'object')
  expect(asked.slice(0, 2)).toEqual(['/agent/api/v1/live', `Basic ${btoa('me:s:cret')}`])
  expect(watched.picture().origin).toEqual({
    kind: 'agent',
    url: `http://127.0.0.1:${port}/agent/`,
    link: { lost: 'Unexpected server response: 401' },
  })
  server.close()
})

test('here: a recording is played to its end', async () => {
  using here = folder()
  const from = here.write('two.proc', leakedShim(600) + leakedShim(600.2))
  let changes = 0
  const settings = { ...fallbacks(), from, graceMs: 0 }
  const watched = opened(watchHere(settings, await playedOf(settings), () => (changes += 1)))
  await until(() => watched.picture().snapshot)
  expect(watched.picture()).toMatchObject({ origin: { kind: 'recording', name: 'two.proc', ended: false } })
  expect(watched.picture().snapshot?.verdicts.map(({ code }) => code)).toEqual(['shim-leaked'])
  watched.wantProcesses(true)
  await until(() => watched.picture().snapshot?.processes?.length === 3)
  watched.wantProcesses(false)
  expect(watched.picture().snapshot?.processes).toBeUndefined()
  expect(changes).toBeGreaterThan(2)
})
