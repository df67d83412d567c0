// What the daemon costs, beside what reading the same files costs a C program, and beside what the peers cost: one table
// of targets and what was measured, then the figures that it is made of, in Markdown.
//
//   npm run --silent bench > bench.md                              20 minutes on 2 cores
//   npm run bench -- --sizes=1000 --rounds=3 --only=passes,daemon
//
//   --sizes=N,…      processes; 1000, 2000, 10000 and 30000 unless given
//   --rounds=N       rounds in which every contender is asked once; 7 unless given
//   --seconds=N      for how long the whole daemon is watched; 40 unless given
//   --workers=N      processes that a container forked: a pod is a shim, a sandbox, a container and these; 13 unless given
//   --only=PART,…    passes (ours, the floor, the peers), daemon (serve, whole), outputs (feed and metrics); all unless given
//   --peers=off      without process-exporter and node_exporter
//   --connector=on   with the kernel's events of processes. They are heard in the first pid namespace alone: the worlds
//                    have this machine's pids then, and whoever else is on it is among their processes
//   --serve=ARGS     what serve is given besides, with spaces between
//
// Each size gets a world of its own: a pid namespace with its own /proc, filled with pods that sleep (farm.c), so that
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
import { cpus, freemem, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { outputs } from './outputs.mjs'
import { renderTables } from './tables.mjs'
import { renderTargets } from './targets.mjs'

/** Of the kernel's and its own, with room to spare. */
const BYTES_OF_A_PROCESS = 200_000
const PARTS = ['passes', 'daemon', 'outputs']
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,2000,10000,30000' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '40' },
    workers: { type: 'string', default: '13' },
    only: { type: 'string', default: PARTS.join() },
    peers: { type: 'string', default: 'on' },
    connector: { type: 'string', default: 'off' },
    serve: { type: 'string', default: '' },
  },
})
const sizes = options.sizes.split(',').map(Number)
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const workers = Number(options.workers)
const parts = options.only.split(',')
const pidMaxFile = '/proc/sys/kernel/pid_max'
if (sizes.some((size) => !(size >= 100)) || !(rounds >= 1) || !(seconds >= 4) || !(workers >= 1))
  refuse('--sizes takes numbers from 100 up, --rounds and --workers one from 1 up, --seconds one from 4 up')
if (parts.some((part) => !PARTS.includes(part))) refuse(`--only takes some of ${PARTS.join()}`)
if (process.platform !== 'linux' || process.getuid?.() !== 0)
  refuse('it needs Linux and root: it makes a pid namespace and cgroups')
const needed = Math.max(...sizes) * BYTES_OF_A_PROCESS
if (freemem() < needed) refuse(`${Math.max(...sizes)} processes need ${Math.ceil(needed / 2 ** 30)} GiB of free memory`)

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
  if (parts.some((part) => part !== 'outputs'))
    for (const size of sizes) results.push(...(await attempted(() => measure(size))))
  const [shown] = parts.includes('outputs')
    ? await attempted(() => outputs((text) => console.error(text), ending.signal))
    : []
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()}, Node ${process.versions.node}`
  console.log(`${machine}; ${rounds} rounds, pods of ${3 + workers} processes.\n`)
  console.log(renderTargets(results, shown))
  console.log(`\n${renderTables(results, shown)}`)
  const wrong = results.flatMap(({ pods, seen, running }) =>
    [seen, running?.seen].filter(
      (one) => one && (one.shims !== pods || one.containers !== 2 * pods || one.verdicts > 0),
    ),
  )
  if (wrong.length > 0) {
    console.error(
      'bench: what was measured is not the work: shims, containers or verdicts are not those of sleeping pods',
      JSON.stringify(wrong),
    )
    process.exitCode = 1
  }
} catch (error) {
  if (!ending.signal.aborted) throw error
  console.error('bench: ended before its time')
  process.exitCode = 130
} finally {
  for (const root of cgroupRoots) {
    emptyCgroups(root)
    rmdirSync(root)
  }
  rmSync(folder, { recursive: true, force: true })
  if (pidMax !== undefined) writeFileSync(pidMaxFile, pidMax)
}

/** What fails costs its own figures and not those of the others: nothing, or the one result. */
async function attempted(act) {
  try {
    return [await act()]
  } catch (error) {
    if (ending.signal.aborted) throw error
    console.error(error)
    process.exitCode = 1
    return []
  }
}

function compile(name, ...flags) {
  const source = join(import.meta.dirname, `${name}.c`)
  const compiled = spawnSync('gcc', ['-O2', ...flags, '-o', join(folder, name), source], { stdio: 'inherit' })
  if (compiled.status !== 0) refuse('a C compiler is needed: apt-get install gcc libc6-dev')
}

async function measure(size) {
  const file = join(folder, `${size}.json`)
  const world = join(import.meta.dirname, 'world.mjs')
  const peers = options.peers === 'on'
  const connector = options.connector === 'on'
  const serveArguments = options.serve.split(' ').filter(Boolean)
  const order = JSON.stringify({
    size,
    workers,
    rounds,
    peers,
    parts,
    seconds,
    connector,
    serveArguments,
    folder,
    cgroupRoots,
    file,
  })
  // unshare passes no signal on, but dies of it, and the kernel then ends the world. Of one that has this machine's pids
  // unshare becomes the first process, which ends the others.
  const own = connector ? ['--mount'] : ['--pid', '--fork', '--kill-child', '--mount-proc']
  const child = spawn('unshare', [...own, join(folder, 'farm'), 'init', process.execPath, world, order], {
    stdio: 'inherit',
    signal: ending.signal,
    killSignal: connector ? 'SIGTERM' : 'SIGKILL',
  })
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
  const hierarchies = existsSync(`${top}/cgroup.controllers`)
    ? [top]
    : [`${top}/systemd`, `${top}/freezer`, ...(existsSync(`${top}/unified`) ? [`${top}/unified`] : [])]
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
