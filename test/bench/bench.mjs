// What a pass costs, beside what reading the same files costs a C program, and beside what the peers cost.
//
//   npm run bench -- [--sizes=1000,10000] [--rounds=7] [--workers=1] [--quick] [--peers=on|off]
//
// A pod is a shim, a sandbox, a container and --workers processes that it forked. Each size gets a world of its own: a pid namespace with its own /proc, filled with pods that sleep (farm.c), so that
// all contenders see the same processes and little else. In each round every contender is asked once, in another order;
// CPU is compared within a round, and the medians of those ratios are what to trust: absolute times are this machine's.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderTables } from './tables.mjs'

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string' },
    rounds: { type: 'string' },
    workers: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    peers: { type: 'string' },
  },
})
const sizes = (options.sizes ?? (options.quick ? '1000' : '1000,10000')).split(',').map(Number)
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7))
const workers = Number(options.workers)
const pidMaxFile = '/proc/sys/kernel/pid_max'
const peers = (options.peers ?? (options.quick ? 'off' : 'on')) === 'on'
if (sizes.some((size) => !(size >= 100)) || !(rounds >= 1))
  refuse('--sizes takes numbers from 100 up, --rounds one from 1 up')
if (process.platform !== 'linux' || process.getuid?.() !== 0)
  refuse('it needs Linux and root: it makes a pid namespace and cgroups')

// Whoever ends the bench ends its world, and then what is to be cleaned up still is.
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort(new Error(`${signal}: ended`)))
const folder = mkdtempSync(join(tmpdir(), 'shimscope-bench-'))
const cgroupRoots = makeCgroupRoots()
const pidMax = makeRoomForPids()
try {
  compile('farm', '-static')
  compile('floor')
  const results = []
  for (const size of sizes) results.push(await measure(size))
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()}, Node ${process.versions.node}`
  console.log(`\n${machine}, ${rounds} rounds, pods of ${3 + workers} processes\n`)
  console.log(renderTables(results))
  const wrong = results.filter(
    ({ seen, pods }) => seen.shims !== pods || seen.containers !== 2 * pods || seen.verdicts > 0,
  )
  if (wrong.length > 0) {
    console.error(
      'bench: what was measured is not the work: shims, containers or verdicts are not those of sleeping pods',
    )
    process.exitCode = 1
  }
} finally {
  for (const root of cgroupRoots) {
    emptyCgroups(root)
    rmdirSync(root)
  }
  rmSync(folder, { recursive: true, force: true })
  if (pidMax !== undefined) writeFileSync(pidMaxFile, pidMax)
}

function compile(name, ...flags) {
  const source = join(import.meta.dirname, `${name}.c`)
  const compiled = spawnSync('gcc', ['-O2', ...flags, '-o', join(folder, name), source], { stdio: 'inherit' })
  if (compiled.status !== 0) refuse('a C compiler is needed: apt-get install gcc libc6-dev')
}

async function measure(size) {
  const file = join(folder, `${size}.json`)
  const world = join(import.meta.dirname, 'world.mjs')
  const order = JSON.stringify({ size, workers, rounds, peers, folder, cgroupRoots, file })
  // unshare passes no signal on, but dies of it, and the kernel then ends the world.
  const arguments_ = ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, world, order]
  const child = spawn('unshare', arguments_, { stdio: 'inherit', signal: ending.signal, killSignal: 'SIGKILL' })
  const [code] = await once(child, 'exit')
  for (const root of cgroupRoots) emptyCgroups(root)
  if (code !== 0) throw new Error(`the world of ${size} processes ended before it was measured`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Threads take numbers too, also in the namespace around the world's. Returns the limit to go back to. */
function makeRoomForPids() {
  const before = readFileSync(pidMaxFile, 'utf8').trim()
  if (Number(before) > 3 * Math.max(...sizes)) return undefined
  writeFileSync(pidMaxFile, '4194304')
  return before
}

/** A cgroup of our own in the hierarchies that tell where a container is; none where cgroupfs cannot be written. */
function makeCgroupRoots() {
  const top = '/sys/fs/cgroup'
  const hierarchies = existsSync(`${top}/cgroup.controllers`) ? [top] : [`${top}/systemd`, `${top}/freezer`]
  return hierarchies.flatMap((hierarchy) => {
    const root = `${hierarchy}/shimscope-bench-${process.pid}`
    try {
      mkdirSync(root)
      return [root]
    } catch {
      console.warn(`${hierarchy} cannot be written: containers get no cgroups there`)
      return []
    }
  })
}

/** The world has ended, but the kernel may still be busy with its processes. */
function emptyCgroups(root) {
  for (let tries = 50; ; tries -= 1) {
    try {
      for (const name of subgroups(root)) removeCgroups(join(root, name))
      return
    } catch (error) {
      if (tries === 0) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

function removeCgroups(path) {
  for (const name of subgroups(path)) removeCgroups(join(path, name))
  rmdirSync(path)
}

function subgroups(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

function refuse(why) {
  console.error(`bench: ${why}`)
  process.exit(2)
}
