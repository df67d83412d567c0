// What the outputs cost by themselves: a delta of 100 KB to 1,000 clients, a scrape of 10,000 series, and what becomes of
// the feed while somebody scrapes.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const CLIENTS = 1_000
const DELTA_BYTES = 100_000
/** Five series for each container, and two containers in a pod. */
const PODS = 1_000
/** Of the node that 1,000 clients watch: enough for a delta of that size, and a snapshot that is soon sent to all. */
const WATCHED_PODS = 100
/** By then a delta has come, or its client fell behind and was sent a snapshot in its place. */
const PATIENCE_MS = 20_000
const ROUNDS = 20

/** @param signal ends it all */
export async function outputs(say, signal) {
  const start = startedBy(signal)
  const on = async (pods, measure) => {
    const host = start('outputs-host.mjs', [String(pods)])
    const { port } = await host.answer()
    try {
      return await measure(host, `http://127.0.0.1:${port}`)
    } finally {
      host.end()
    }
  }
  say('outputs: a delta to 1,000 clients')
  const delta = await on(WATCHED_PODS, (host, url) => deltaToMany(start, host, url))
  say('outputs: scrapes of 10,000 series')
  const scrape = await on(PODS, scrapes)
  say('outputs: the feed during scrapes')
  const stutter = await on(PODS, (host, url) => feedDuringScrapes(start, host, url))
  return { delta, scrape, stutter }
}

async function deltaToMany(start, host, url) {
  // In two processes: one thread would be busy taking in for longer than the server with sending.
  const halves = [1, 2].map(() => start('outputs-clients.mjs', [url, String(CLIENTS / 2)]))
  try {
    await Promise.all(halves.map((half) => half.answer()))
    const { bytes: ofOne } = await host.ask({ ask: 'change', elements: 10 })
    const elements = Math.ceil((DELTA_BYTES / ofOne) * 10.5)
    await sleep(1_000)
    await Promise.all(halves.map((half) => half.ask({})))
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const told = await host.ask({ ask: 'change', elements })
      const untilMs = performance.now() + PATIENCE_MS
      let arrived = []
      while (arrived.reduce((sum, { clients }) => sum + clients, 0) < CLIENTS) {
        // Asked too soon, the clients would be kept from reading.
        await sleep(250)
        if (performance.now() > untilMs) throw new Error('clients of the feed fell behind: the machine is too busy')
        arrived = [...arrived, ...(await Promise.all(halves.map((half) => half.ask({})))).flat()]
      }
      const lastNs = arrived
        .map((one) => BigInt(one.lastNs))
        .sort((a, b) => Number(a - b))
        .at(-1)
      rounds.push({ ...told, lastMs: Number(lastNs - BigInt(told.atNs)) / 1e6 })
    }
    return { clients: CLIENTS, rounds: rounds.slice(ROUNDS / 4) }
  } finally {
    for (const half of halves) half.end()
  }
}

async function scrapes(host) {
  const samples = { fresh: [], same: [] }
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    for (const kind of ['fresh', 'same']) {
      const sample = await host.ask({ ask: 'render', fresh: kind === 'fresh' })
      if (round >= ROUNDS) samples[kind].push(sample)
    }
  }
  return samples
}

/** A small delta every 50 ms: how long it takes to a client, while nobody scrapes and while somebody does without a pause. */
async function feedDuringScrapes(start, host, url) {
  const client = start('outputs-clients.mjs', [url, '1'])
  try {
    await client.answer()
    const quiet = await smallDeltas(host, client)
    const ending = new AbortController()
    let scraped = 0
    const scraping = (async () => {
      while (!ending.signal.aborted) {
        await (await fetch(`${url}/metrics`)).arrayBuffer()
        scraped += 1
      }
    })()
    await host.ask({ ask: 'take' })
    const during = await smallDeltas(host, client)
    const { heldMaxMs } = await host.ask({ ask: 'take' })
    ending.abort()
    await scraping
    return { quiet, during, scraped, heldMaxMs }
  } finally {
    client.end()
  }
}

async function smallDeltas(host, client) {
  await client.ask({})
  const sent = []
  for (let round = 0; round < 100; round += 1) {
    sent.push(await host.ask({ ask: 'change', elements: 1 }))
    await sleep(50)
  }
  const arrived = (await client.ask({})).map(({ lastNs }) => BigInt(lastNs))
  if (arrived.length !== sent.length) throw new Error(`${sent.length} deltas were sent, and ${arrived.length} came`)
  return sent.map(({ atNs }, index) => Number(arrived[index] - BigInt(atNs)) / 1e6)
}

const startedBy = (signal) => (name, argv) => {
  const child = fork(join(import.meta.dirname, name), argv, { signal, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  // Of the signal; that it ended is told by `ended`.
  child.on('error', () => {})
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${name} ended: ${code ?? signal}`)
  })
  ended.catch(() => {})
  const answer = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  return {
    answer,
    ask(question) {
      child.send(question)
      return answer()
    },
    end: () => child.connected && child.disconnect(),
  }
}
