// What the live feed costs: a recorded incident played over and over at many times its speed, and a fleet of clients that
// apply every delta, one of which reads nothing. Prints memory and processor time of the agent alone, as they go.
//   npm run bench:feed -- --clients=1000 --seconds=60
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    speed: { type: 'string', default: '50' },
  },
})
const clients = Number(values.clients)
const root = fileURLToPath(new URL('../..', import.meta.url))
const here = mkdtempSync(join(tmpdir(), 'shimscope-feed-'))
const socketPath = join(here, 'fleet.sock')
const TICKS_PER_SECOND = 100

const agent = spawn(
  process.execPath,
  [
    join(root, 'dist/main.js'),
    'serve',
    ...['--from', join(root, 'test/recordings/demo-pod-shim-killed.proc'), '--loop', '--speed', values.speed],
    ...['--grace', '0s', '--web.listen-address', '127.0.0.1:0'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const welcome = await new Promise((resolve) => agent.stdout.once('data', (text) => resolve(String(text))))
const url = /http:\/\/[\d.:]+/.exec(welcome)[0]
const fleet = spawn(
  process.execPath,
  [join(root, 'test/e2e/support/feed-fleet.mjs'), url, values.clients, socketPath],
  {
    stdio: 'inherit',
  },
)

const ask = () =>
  new Promise((resolve, reject) => {
    request({ socketPath }, async (answer) => {
      let text = ''
      for await (const part of answer) text += part
      resolve(JSON.parse(text))
    })
      .on('error', reject)
      .end()
  })
const everybody = async () => Object.values((await ask()).views).reduce((sum, n) => sum + n, 0) === clients
const used = () => {
  const [, rss] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))
  const fields = readFileSync(`/proc/${agent.pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  return { mib: Math.round(rss / 1024), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND }
}

try {
  while (!(await everybody().catch(() => false))) await sleep(200)
  const begun = { ...used(), ...(await ask()), atMs: performance.now() }
  const memory = [begun.mib]
  for (let part = 0; part < 6; part++) {
    await sleep((Number(values.seconds) * 1000) / 6)
    memory.push(used().mib)
  }
  const ended = { ...used(), ...(await ask()), atMs: performance.now() }
  const seconds = (ended.atMs - begun.atMs) / 1000
  const deltas = ended.frames.delta - begun.frames.delta
  console.log(`${clients} clients for ${seconds.toFixed(0)} s, and one that reads nothing`)
  console.log(
    `  deltas to each client: ${(deltas / clients).toFixed(0)}, ${(deltas / seconds).toFixed(0)} frames/s in all`,
  )
  console.log(`  agent, MiB resident: ${memory.join(', ')}`)
  console.log(`  agent, CPU: ${(((ended.cpuSeconds - begun.cpuSeconds) / seconds) * 100).toFixed(0)} % of a core`)
  console.log(`  connections lost: ${ended.lost.length}, snapshots after the first: ${ended.frames.snapshot - clients}`)
} finally {
  fleet.kill()
  agent.kill()
  rmSync(here, { recursive: true })
}
