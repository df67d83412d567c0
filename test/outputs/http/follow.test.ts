import type { AddressInfo } from 'node:net'
import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { buildServer } from '../../../src/outputs/http/server.ts'
import { aContainer, aSnapshot } from '../../core/snapshot/support/nodes.ts'
import { type MemoryAgent, memoryAgent } from '../support/memory-agent.ts'
import { endsUnaided } from '../support/ends-unaided.ts'
import { plainServer } from '../support/plain-server.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function serve(agent: MemoryAgent, maxFollowers = 2) {
  const app = buildServer({
    agent,
    ...plainServer,
    maxFollowers,
  })
  open.push(app)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, port: (app.server.address() as AddressInfo).port }
}

/** A curl that reads on, or not at all. */
function follow(port: number, headers: Record<string, string> = {}) {
  const seen = { text: '', status: 0, closed: false }
  const sent = request({ host: '127.0.0.1', port, path: '/api/v1/events?follow', headers }, (response) => {
    seen.status = response.statusCode ?? 0
    response.setEncoding('utf8').on('data', (text) => (seen.text += text))
    response.on('close', () => (seen.closed = true))
    response.on('error', () => {})
  })
  sent.on('error', () => {})
  sent.end()
  return { seen, stop: () => sent.destroy() }
}

const until = async (reached: () => boolean) => expect.poll(reached, { timeout: 3000, interval: 10 }).toBe(true)

test('what the schema of an event does not have is not sent', async () => {
  const agent = memoryAgent(aSnapshot())
  const { port } = await serve(agent)
  const { seen, stop } = follow(port)
  await until(() => seen.text.includes('\n\n'))
  const { delta, ...pass } = agent.look(aSnapshot({ containers: [aContainer()] }))
  const tainted = delta && { ...delta, events: delta.events.map((event) => ({ ...event, environ: 'TOKEN=hunter2' })) }
  agent.tell({ ...pass, delta: tainted })
  await until(() => seen.text.match(/container-started/g)?.length === 2)
  expect(seen.text).not.toContain('hunter2')
  stop()
})

test('events as they happen, and those missed since Last-Event-ID', async () => {
  const agent = memoryAgent(aSnapshot())
  const { port } = await serve(agent)
  const first = follow(port)
  await until(() => first.seen.text.includes('\n\n'))
  agent.look(aSnapshot({ containers: [aContainer()] }))
  await until(() => first.seen.text.includes('container-started'))
  // Two events of one pass: who lost the connection between them gets both again.
  expect(first.seen.text).toMatch(
    /\n\ndata: \{"seq":2,[^\n]*container-created.*\n\nid: run-1:2\ndata: \{"seq":2,[^\n]*container-started/,
  )
  expect(first.seen.text.match(/^id: /gm)).toHaveLength(1)

  const late = follow(port, { 'last-event-id': 'run-1:1' })
  await until(() => late.seen.text.includes('container-created'))
  first.stop()
  late.stop()
  await until(() => agent.listeners === 0)
})

test('the cap, and the way out', async () => {
  const agent = memoryAgent(aSnapshot())
  const { app, port } = await serve(agent, 1)
  const first = follow(port)
  await until(() => first.seen.status === 200)
  const second = follow(port)
  await until(() => second.seen.status === 503)
  expect(await endsUnaided(app.close())).toBe(true)
  await until(() => first.seen.closed)
})
