import { expect, test } from 'vitest'
import { lookBackInto } from '../../../src/commands/look-back-into.ts'
import { buildServer } from '../../../src/outputs/http/server.ts'
import { aProcess } from '../../core/snapshot/support/nodes.ts'
import { journalIn, nodeAt, place } from '../../journal/support.ts'
import { memoryAgent } from '../support/memory-agent.ts'
import { until } from '../live/support/feed.ts'
import { plainServer } from '../support/plain-server.ts'

const noon = Date.parse('2026-11-20T12:00:00Z')
const minute = 60_000
const iso = (minutes: number): string => new Date(noon + minutes * minute).toISOString()

const serverOf = (agent: ReturnType<typeof memoryAgent>, directory: string | undefined) => {
  const app = buildServer({
    agent,
    ...plainServer,
    loopback: false,
    allowedHosts: ['*'],
    ...(directory !== undefined && { past: lookBackInto(directory) }),
  })
  return async (url: string) => {
    const answer = await app.inject(url)
    const said: Record<string, unknown> = { status: answer.statusCode, ...answer.json() }
    return said
  }
}

test('the API looks back into the journal', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  const shown = Array.from({ length: 90 }, (_, step) => agent.look(nodeAt(step, 3, noon + step * minute)).snapshot)
  const get = serverOf(agent, at.path)

  expect(await get(`/api/v1/snapshot?at=${iso(30.5)}`)).toEqual({ status: 200, ...shown[30] })
  expect(await get(`/api/v1/snapshot?at=${iso(89)}`)).toEqual({ status: 200, ...shown[89] })
  const all = agent.events()
  expect((await get(`/api/v1/events?since=${iso(0)}`))['events']).toEqual(all)
  expect((await get(`/api/v1/events?since=${iso(40)}&until=${iso(41)}`))['events']).toEqual(
    all.filter((event) => event.at === iso(40) || event.at === iso(41)),
  )
  expect((await get(`/api/v1/events?since=${iso(40)}&first=3`))['events']).toEqual(
    all.filter((event) => event.at >= iso(40)).slice(0, 3),
  )
  expect((await get(`/api/v1/events?until=${iso(70)}&last=3`))['events']).toEqual(
    all.filter((event) => event.at <= iso(70)).slice(-3),
  )
  expect((await get('/api/v1/events?last=2'))['events']).toEqual(all.slice(-2))
  expect(await get('/api/v1/events?first=2')).toMatchObject({ events: all.slice(0, 2) })
  expect(await get('/api/v1/events?since=1h&first=0')).toEqual({
    status: 400,
    error: 'first="0" is no count.',
    next: 'Give a number from 1 to 10000.',
  })
  const drawn = await get(`/api/v1/timeline?since=${iso(-600)}&until=${iso(89)}&parts=20`)
  expect(drawn).toMatchObject({ status: 200, journal: true, beginsAt: iso(0), blanks: [] })
  const marks = drawn['marks'] as { at: string; events: number; worst: string | null }[]
  // The stretch that is cut begins with the journal.
  expect(marks.length).toBe(20)
  expect(marks.reduce((sum, { events }) => sum + events, 0)).toBe(all.length)
  expect(marks[0]).toMatchObject({ at: all[0]?.at, worst: 'warning' })
  expect(await get('/api/v1/timeline?parts=many')).toMatchObject({ status: 400, error: 'parts="many" is no count.' })
  expect(await get(`/api/v1/snapshot?at=${iso(-1)}`)).toEqual({
    status: 404,
    error: `The journal has nothing of ${iso(-1)}.`,
    next: `It begins at ${iso(0)}: give a later time.`,
  })
  const crowd = await Promise.all(Array.from({ length: 20 }, () => get(`/api/v1/snapshot?at=${iso(50)}`)))
  expect(crowd.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4)
  expect(crowd.find(({ status }) => status !== 200)).toEqual({
    status: 503,
    error: '4 others look into the journal already.',
    next: 'Try again in a second.',
  })
  for (const path of ['events', 'timeline'])
    expect(await get(`/api/v1/${path}?since=1h&until=2h`)).toEqual({
      status: 400,
      error: 'until="2h" is before since="1h".',
      next: 'Swap the two.',
    })
  expect(await get('/api/v1/events?since=noon')).toMatchObject({ status: 400, error: 'since="noon" is no time.' })
  await journal.close()
})

test('a journal that cannot be read: one sentence, and no failure of ours', async () => {
  const at = place()
  const agent = memoryAgent(nodeAt(0, 3, noon))
  const get = serverOf(agent, at.path)
  at[Symbol.dispose]()
  for (const url of [`/api/v1/snapshot?at=${iso(0)}`, `/api/v1/events?since=${iso(0)}`, '/api/v1/timeline'])
    expect(await get(url)).toEqual({
      status: 500,
      error: 'The journal cannot be read (ENOENT).',
      next: 'See whether the directory of --journal.directory is there, and who may read it.',
    })
})

test('without a journal it says so', async () => {
  const get = serverOf(memoryAgent(nodeAt(0, 3, noon)), undefined)
  for (const url of ['/api/v1/snapshot?at=1h', '/api/v1/events?since=1h', '/api/v1/events?until=1h'])
    expect(await get(url)).toEqual({
      status: 404,
      error: 'This agent keeps no journal: it knows the present, and its last events.',
      next: 'Start it with --journal.directory DIR, or leave the time out.',
    })
  expect(await get('/api/v1/events')).toMatchObject({ status: 200, events: [] })
  // A page asks this before it can know.
  expect(await get('/api/v1/timeline')).toMatchObject({
    status: 200,
    journal: false,
    beginsAt: null,
    marks: [],
    blanks: [],
  })
})

test('an answer about the past says which moment it shows', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  for (let step = 0; step < 3; step += 1) agent.look(nodeAt(step, 3, noon + step * 3 * minute))
  await journal.close()
  const app = buildServer({ agent, ...plainServer, loopback: false, allowedHosts: ['*'], past: lookBackInto(at.path) })
  // Nobody looked then: what is answered is two minutes older.
  for (const [asked, shown] of [
    ['?at=2026-11-20T12:05:00Z', 3],
    ['?at=2026-11-20T12:06:00Z', 6],
    ['', 6],
  ] as const) {
    const { headers, body } = await app.inject(`/api/v1/snapshot${asked}`)
    expect(JSON.parse(body)).toMatchObject({ takenAt: iso(shown) })
    expect(headers['last-modified']).toBe(new Date(noon + shown * minute).toUTCString())
  }
  const refused = await app.inject('/api/v1/snapshot?processes&at=2026-11-20T12:05:00Z')
  expect([refused.statusCode, refused.json()]).toEqual([
    404,
    {
      error: 'The processes of a past moment are not known: a journal keeps none.',
      next: 'Ask /api/v1/containers?at= how many each container had.',
    },
  ])
})

test('whatever shows the node shows it as it was, too', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  const shown = Array.from({ length: 5 }, (_, step) => agent.look(nodeAt(step, 3, noon + step * minute)).snapshot)
  await journal.close()
  agent.running = [aProcess()]
  const app = buildServer({
    agent,
    ...plainServer,
    renderTree: ({ takenAt, processes }) => `${takenAt} ${processes?.length ?? 'no'} processes`,
    loopback: false,
    allowedHosts: ['*'],
    past: lookBackInto(at.path),
  })
  const then = shown[2]
  for (const name of ['daemons', 'shims', 'containers', 'verdicts'] as const)
    expect((await app.inject(`/api/v1/${name}?at=${iso(2)}`)).json()).toEqual({
      run: then?.run,
      seq: then?.seq,
      takenAt: iso(2),
      [name]: then?.[name],
    })
  const { roots, takenAt } = (await app.inject(`/api/v1/tree?at=${iso(2)}`)).json()
  expect([takenAt, roots[0].children.length]).toEqual([iso(2), 3])
  expect((await app.inject(`/tree?at=${iso(2)}`)).body).toBe(`${iso(2)} no processes`)
  expect((await app.inject('/tree')).body).toBe(`${iso(4)} 1 processes`)
  for (const path of ['/tree', '/api/v1/tree', '/api/v1/verdicts']) {
    expect((await app.inject(`${path}?at=${iso(2)}`)).headers['last-modified']).toBe(
      new Date(noon + 2 * minute).toUTCString(),
    )
    expect((await app.inject(`${path}?at=${iso(-1)}`)).statusCode).toBe(404)
    expect((await app.inject(`${path}?at=noon`)).statusCode).toBe(400)
  }
  expect((await app.inject(`/api/v1/processes?at=${iso(2)}`)).json()).toEqual({
    error: 'The processes of a past moment are not known: a journal keeps none.',
    next: 'Ask /api/v1/containers?at= how many each container had.',
  })
})

test('nobody looks on for a client that has gone, and its place is free for another', async () => {
  using at = place()
  const { journal } = await journalIn(at.path)
  const agent = memoryAgent()
  journal.follow(agent)
  for (let step = 0; step < 3; step += 1) agent.look(nodeAt(step, 3, noon + step * minute))
  await journal.close()
  const signals: AbortSignal[] = []
  const looking = lookBackInto(at.path)
  const failures: unknown[] = []
  let slow = true
  let waiting: boolean | undefined
  const app = buildServer({
    agent,
    ...plainServer,
    loopback: true,
    report: (error) => failures.push(error),
    past: {
      ...looking,
      async snapshotAt(atMs, signal) {
        signals.push(signal)
        if (slow) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        const found = await looking.snapshotAt(atMs, signal)
        waiting = !signal.aborted
        return found
      },
    },
  })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/snapshot?at=${iso(1)}`
  try {
    const asking = new AbortController()
    const answer = fetch(url, { signal: asking.signal }).catch(() => 'given up')
    await until(() => signals.length === 1)
    expect(signals[0]?.aborted).toBe(false)
    asking.abort()
    expect(await answer).toBe('given up')
    await until(() => signals[0]?.aborted === true)
    slow = false
    const next = await fetch(url)
    expect([next.status, await next.json()]).toMatchObject([200, { takenAt: iso(1) }])
    expect([signals.length, waiting]).toEqual([2, true])
    // It is no failure of ours.
    expect(failures).toEqual([])
  } finally {
    await app.close()
  }
})
