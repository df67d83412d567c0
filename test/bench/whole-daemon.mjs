// The daemon as an operator runs it: `serve` with a pass every 2 s, wake-ups, a client of the feed and a scraper, on a
// node where processes come and go. What it costs, what it holds up, and what it takes of memory.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuNs, freePort, rssBytes } from './process-cost.mjs'

const INTERVAL_MS = 2_000
const SCRAPE_EVERY_MS = 15_000
/** The compiler needs many passes, which wake-ups bring; then as many as it takes to have read every process again. */
const WARMING_MS = 20_000
const CALMING_MS = 12_000
/** A tenth of an interval's churn at a time. */
const CHURN_EVERY_MS = INTERVAL_MS / 10

/**
 * @param apps pids that replace a child of theirs at each SIGUSR1
 * @param cgroups a directory in which a new one wakes the daemon; none where there are no cgroups
 * @param perInterval how many processes are replaced in an interval
 */
export async function wholeDaemon({ apps, perInterval, seconds, serveArguments, cgroups }) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const started = performance.now()
  const daemon = fork(
    join(import.meta.dirname, '../../dist/main.js'),
    ['serve', '--interval', `${INTERVAL_MS}ms`, '--web.listen-address', `127.0.0.1:${port}`, ...serveArguments],
    {
      execArgv: ['--import', join(import.meta.dirname, 'serve-watched.mjs')],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  )
  const ask = asking(daemon)
  await once(daemon.stdout, 'data')
  // It listens; its first pass is under way. What starting a program takes of the loop is over.
  await ask('watch')
  const client = fork(join(import.meta.dirname, 'feed-client.mjs'), [url], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(client, 'message')
  const firstViewMs = performance.now() - started
  await sleep(200)
  const cold = await ask('take')
  await ask('stop')

  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  const scraping = setInterval(() => void metrics(), SCRAPE_EVERY_MS)
  const churn = startChurn(apps, perInterval / 10)
  await wakeOften(cgroups)
  await sleep(CALMING_MS)

  const before = await costsOf(daemon.pid, metrics, churn)
  await sleep(seconds * 1_000)
  const after = await costsOf(daemon.pid, metrics, churn)
  const rss = rssBytes(daemon.pid)

  await ask('watch')
  const turns = []
  for (let interval = 0; interval < Math.max(8, seconds / 4); interval += 1) {
    await sleep(INTERVAL_MS)
    turns.push((await ask('take')).heldMaxMs)
  }
  await ask('stop')

  churn.stop()
  clearInterval(scraping)
  const seen = seenIn(await (await fetch(`${url}/api/v1/snapshot`)).json())
  const frames = await asking(client)('frames')
  client.disconnect()
  const ended = once(daemon, 'exit')
  daemon.disconnect()
  daemon.kill('SIGTERM')
  const patience = setTimeout(() => daemon.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(patience)
  const passed = after.passes - before.passes
  return {
    cpuShare: (after.cpuNs - before.cpuNs) / (after.atMs - before.atMs) / 1e6,
    cpuUsPerInterval: ((after.cpuNs - before.cpuNs) / 1e3 / (after.atMs - before.atMs)) * INTERVAL_MS,
    passes: passed,
    replacedPerInterval: ((after.replaced - before.replaced) / (after.atMs - before.atMs)) * INTERVAL_MS,
    rssBytes: rss,
    bareNodeRssBytes: await bareNode(),
    firstViewMs,
    coldHeldMs: cold.heldMaxMs,
    heldMs: turns,
    frames,
    seen,
  }
}

async function costsOf(pid, metrics, churn) {
  const passes = Number(/^shimscope_pass_duration_seconds_count (\d+)$/m.exec(await metrics())?.[1])
  return { cpuNs: cpuNs(pid), atMs: performance.now(), passes, replaced: churn.replaced() }
}

async function wakeOften(cgroups) {
  const untilMs = performance.now() + WARMING_MS
  while (performance.now() < untilMs) {
    if (cgroups !== undefined) {
      mkdirSync(`${cgroups}/stir`)
      rmdirSync(`${cgroups}/stir`)
    }
    await sleep(100)
  }
}

/** Spread over the interval, and over all pods in turn. */
function startChurn(apps, perTurn) {
  let replaced = 0
  let owed = 0
  let at = 0
  const timer = setInterval(() => {
    for (owed += perTurn; owed >= 1; owed -= 1) {
      process.kill(apps[at], 'SIGUSR1')
      // Neighbours are of an age, and would be read in one turn.
      at = (at + 7) % apps.length
      replaced += 1
    }
  }, CHURN_EVERY_MS)
  return { replaced: () => replaced, stop: () => clearInterval(timer) }
}

/** What no program in this language can do without. */
async function bareNode() {
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log(1)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(bare.stdout, 'data')
  await sleep(200)
  const bytes = rssBytes(bare.pid)
  bare.kill()
  return bytes
}

function asking(child) {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a part of the bench ended: ${code ?? signal}`)
  })
  ended.catch(() => {})
  return async (question) => {
    child.send(question)
    const [answer] = await Promise.race([once(child, 'message'), ended])
    return answer
  }
}

const seenIn = ({ shims, containers, verdicts }) => ({
  shims: shims.length,
  containers: containers.length,
  verdicts: verdicts.length,
})

/** The first process of each container that is no sandbox: who churns. */
export const appsOf = (bundles, containers) =>
  containers.map((id) => Number(readFileSync(`${bundles}/${id}/init.pid`, 'utf8')))
