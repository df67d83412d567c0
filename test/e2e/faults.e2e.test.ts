import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { type NodeDirectory, nodeDirectory } from './support/node-directory.ts'
import { type StoppedAgent, stopAgent } from './support/stopped-agent.ts'
import { until } from './support/until.ts'

/** Faults injected for real into the built daemon, which reads a directory of procfs's shape. */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** Four readings, one after the other. */
const WITHIN_MS = 90_000

/** Stopped for a minute, while the other tests run. */
let stopped: StoppedAgent
beforeAll(async () => {
  stopped = await stopAgent()
})
afterAll(() => stopped.remove())

let node: NodeDirectory
let daemon: ChildProcess
let url: string
let log: string

beforeEach(() => {
  node = nodeDirectory()
})

afterEach(() => {
  daemon.kill('SIGKILL')
  node.remove()
})

async function serve(before: readonly string[] = [], ofNode: readonly string[] = []): Promise<void> {
  const argv = [
    process.execPath,
    ...ofNode,
    main,
    'serve',
    '--web.listen-address',
    '127.0.0.1:0',
    '--interval',
    '200ms',
  ]
  const [program = '', ...rest] = [...before, ...argv, ...node.options]
  daemon = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  log = ''
  url = ''
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (text: Buffer) => {
      log += text
      url ||= /http:\/\/127\.0\.0\.1:\d+\//.exec(log)?.[0] ?? ''
    })
  await until('it serves', async () => url !== '', WITHIN_MS).catch((error: unknown) => {
    throw new Error(`it does not serve: ${log}`, { cause: error })
  })
}

const get = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text()
const status = async (path: string): Promise<number> => (await fetch(new URL(path, url))).status
const snapshot = async (): Promise<Snapshot & { processes: { pid: number }[] }> =>
  JSON.parse(await get('api/v1/snapshot?processes'))
const pids = async (): Promise<number[]> => (await snapshot()).processes.map(({ pid }) => pid).sort()
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await get('metrics'))?.[1])
const seqOfPasses = (): Promise<number> => metric('shimscope_pass_duration_seconds_count')

/** Passes go on. */
async function looksAgain(): Promise<void> {
  const before = await seqOfPasses()
  await until('it looks again', async () => (await seqOfPasses()) > before)
}

const end = async (): Promise<unknown[]> => {
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  return ended
}

/** A thread that hangs keeps Node from ending in the usual way; only newer ones can then choose their exit code. */
const endsWith = (code: number) => ('execve' in process ? [code, null] : [null, 'SIGTERM'])

const away = (name: string): void => renameSync(join(node.path, name), join(node.path, 'away'))
const back = (name: string): void => renameSync(join(node.path, 'away'), join(node.path, name))

test('a reading hangs: it is named, its thread given up, the process left alone, and all others are shown', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  expect(await pids()).toEqual([1, 7, 8])
  node.hang('proc/7/cmdline')
  await until('the hang is noticed', async () => (await metric('shimscope_hung_readings_total')) === 1)
  await until('it looks again', async () => (await pids()).length === 2)
  const { pass, verdicts } = await snapshot()
  expect(await pids()).toEqual([1, 8])
  // It is not gone: it was not read, and nothing follows from that.
  expect(pass.complete).toBe(false)
  expect(verdicts).toEqual([])
  expect(log).toContain('reading /proc/7/cmdline does not return')
  expect(await status('-/ready')).toBe(200)
  expect(await status('-/healthy')).toBe(200)
  await looksAgain()
  expect(await metric('shimscope_hung_readings_total')).toBe(1)
  // Node would wait for the thread for ever.
  expect(await end()).toEqual(endsWith(0))
})

test('more hang than threads are given up for: it says so, stays up, and goes on when one returns', async () => {
  for (const pid of [10, 11, 12, 13]) node.addProcess(pid, 1, 'held')
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  for (const pid of [10, 11, 12, 13]) node.hang(`proc/${pid}/cmdline`)
  await until('it gives up', async () => log.includes('too many readings hang'), WITHIN_MS)
  expect(await metric('shimscope_hung_readings_total')).toBeGreaterThanOrEqual(4)
  await until('it is not ready', async () => (await status('-/ready')) === 503, WITHIN_MS)
  expect(await get('-/ready')).toContain('too many readings hang')
  expect(await status('-/healthy')).toBe(200)
  // Somebody opens the other end, and the reading returns.
  for (const pid of [10, 11, 12, 13]) node.release(`proc/${pid}/cmdline`)
  await until('it is ready again', async () => (await status('-/ready')) === 200)
  expect(await pids()).toEqual([1, 7, 8])
  expect((await snapshot()).pass.complete).toBe(false)
})

test('no descriptors are left (EMFILE): nothing is accused, and it goes on when there are some', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  const { run } = await snapshot()
  const limit = (most: string) => execFileSync('prlimit', ['--pid', String(daemon.pid), `--nofile=${most}`])
  limit('5:4096')
  await until(
    'it sees less',
    async () => log.includes('EMFILE') || (await metricOrNone('shimscope_pass_complete')) === 0,
  )
  limit('4096:4096')
  await until('it sees all again', async () => (await pids()).length === 3 && (await snapshot()).pass.complete)
  expect((await snapshot()).run).toBe(run)
  expect((await snapshot()).verdicts).toEqual([])
})

const metricOrNone = (name: string): Promise<number | undefined> => metric(name).catch(() => undefined)

test('cgroupfs (v2) is mounted only later, then unmounted and mounted again: what is paused is not known meanwhile', async () => {
  const own = unifiedCgroup(`shimscope-faults-${process.pid}`)
  const id = 'cd'.repeat(32)
  const pod = `${own.path}/kubepods/burstable/pod0f9f1f0e-1111-4222-8333-000000000002`
  const freeze = (frozen: '0' | '1') => writeFileSync(join(own.mounted, pod, id, 'cgroup.freeze'), frozen)
  mkdirSync(join(own.mounted, pod, id), { recursive: true })
  try {
    freeze('1')
    node.addProcess(100, 1, 'containerd', ['/usr/bin/containerd'])
    node.addProcess(101, 1, 'containerd-shim', [
      '/usr/bin/containerd-shim-runc-v2',
      ...['-namespace', 'k8s.io', '-id', id, '-address', '/run/containerd/containerd.sock'],
    ])
    node.addProcess(102, 101, 'app')
    node.write('proc/102/cgroup', `0::${pod}/${id}\n`)
    const place = join(node.path, 'cgroup')
    rmSync(join(place, 'cgroup.controllers'))
    await serve(['unshare', '--mount', '--propagation', 'private'])
    const mounts = (...argv: string[]) => execFileSync('nsenter', ['-t', String(daemon.pid), '-m', '--', ...argv])
    const state = async () => (await snapshot()).containers.map((container) => container.state)
    const becomes = (is: string) => until(`it is ${is}`, async () => `${await state()}` === is, WITHIN_MS)
    const told = async () => (await snapshot()).verdicts.map(({ key }) => key)
    await until('a first pass', async () => (await status('-/ready')) === 200)
    expect(await state()).toEqual(['unknown'])
    const before = await told()
    expect(await watchedCgroups()).toBe(0)

    mounts('mount', '-t', 'cgroup2', 'cgroup2', place)
    await becomes('paused')
    await until('cgroups are watched', async () => (await watchedCgroups()) > 0)
    mounts('umount', place)
    await becomes('unknown')
    await looksAgain()
    expect(await pids()).toEqual([1, 7, 8, 100, 101, 102].sort())
    expect(before).toEqual(expect.arrayContaining(await told()))
    freeze('0')
    mounts('mount', '-t', 'cgroup2', 'cgroup2', place)
    await becomes('running')
    expect(before).toEqual(expect.arrayContaining(await told()))
    expect(await get('api/v1/events')).not.toMatch(/container-(?:paused|resumed|exited)/)
    expect(await status('-/ready')).toBe(200)
  } finally {
    for (let at = join(pod, id); at !== own.above; at = dirname(at)) rmdirSync(join(own.mounted, at))
  }
})

const watchedCgroups = async (): Promise<number> =>
  Number(/^shimscope_watched_directories\{source="cgroup"\} (\d+)$/m.exec(await get('metrics'))?.[1])

/** Where a cgroup of our own can be made: where v2 is mounted, and its path from there. */
function unifiedCgroup(name: string) {
  const mounted = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(`${path}/cgroup.procs`))
  const above = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
  if (mounted === undefined || above === undefined) throw new Error('cgroup v2 is not mounted here')
  return { mounted, above, path: join(above, name) }
}

test('procfs is gone, and comes back', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  away('proc')
  await until('it sees nothing', async () => (await pids()).length === 0)
  expect((await snapshot()).pass.complete).toBe(false)
  expect((await snapshot()).verdicts).toEqual([])
  back('proc')
  await until('it sees all again', async () => (await pids()).length === 3)
  expect((await snapshot()).pass.complete).toBe(true)
})

test('the reading thread has no memory left: it is replaced, counted and told, and clients are served', async () => {
  const id = 'ab'.repeat(32)
  node.addProcess(100, 1, 'containerd', ['/usr/bin/containerd'])
  node.addProcess(101, 1, 'containerd-shim', [
    '/usr/bin/containerd-shim-runc-v2',
    ...['-namespace', 'k8s.io', '-id', id, '-address', '/run/containerd/containerd.sock'],
  ])
  const heading = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
  const row = (n: number) => `0000000000000000: 00000002 00000000 00010000 0001 01 ${n} /run/s/${n}.sock\n`
  const sockets = (most: number): void => {
    const text = heading + Array.from({ length: most }, (_, n) => row(n)).join('')
    for (const pid of [100, 101]) node.write(`proc/${pid}/net/unix`, text)
  }
  sockets(3)
  await serve([], ['--max-old-space-size=64'])
  await until('a first pass', async () => (await status('-/ready')) === 200)
  const { run } = await snapshot()
  sockets(700_000)
  await until('it is told', async () => log.includes('ERR_WORKER_OUT_OF_MEMORY'), WITHIN_MS)
  expect(await metric('shimscope_failed_passes_total')).toBeGreaterThanOrEqual(1)
  expect(await status('-/healthy')).toBe(200)
  // What was seen last is still shown.
  const shown: Snapshot = JSON.parse(await get('api/v1/snapshot'))
  expect([shown.run, shown.shims.map(({ pid }) => pid)]).toEqual([run, [101]])
  sockets(3)
  const runNow = async () => JSON.parse(await get('api/v1/snapshot')).run
  await until('another thread looks', async () => (await runNow()) !== run, WITHIN_MS)
  expect((await snapshot()).verdicts).toEqual([])
  expect(await status('-/ready')).toBe(200)
})

test('the node was suspended for a night: what was under way is not late', async () => {
  node.write('proc/uptime', '20.00 1.00\n')
  node.addProcess(100, 1, 'containerd', ['/usr/bin/containerd'])
  node.addProcess(1_500, 100, 'containerd-shim', [
    '/usr/bin/containerd-shim-runc-v2',
    ...['-namespace', 'k8s.io', '-id', 'ab'.repeat(32), '-address', '/run/containerd/containerd.sock', 'start'],
  ])
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  const firing = async () => (await snapshot()).verdicts.filter((verdict) => verdict.status === 'firing')
  expect(await firing()).toEqual([])
  node.write('proc/uptime', '28820.00 1.00\n')
  for (let looks = 0; looks < 5; looks += 1) await looksAgain()
  expect(await firing()).toEqual([])
})

test('no inotify instance is left: it says so, and the timer begins every pass', async () => {
  // Of a user namespace of its own, so that nobody else is limited. user_namespaces(7), /proc/sys/user
  const limited = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
  await serve(['unshare', '--user', '--map-root-user', 'sh', '-c', limited, 'sh'])
  await until('a first pass', async () => (await status('-/ready')) === 200)
  await looksAgain()
  expect(await get('metrics')).toMatch(/^shimscope_refused_watches_total\{reason="EMFILE"\} [1-9]/m)
  expect(await get('metrics')).toMatch(/^shimscope_watched_directories\{source="cgroup"\} 0$/m)
  expect(await pids()).toEqual([1, 7, 8])
})

/** A shim whose bundle is on a file system that answers all, or only who asks first: the thread that reads the node. */
async function serveWithRemoteBundle(whom: 'all' | 'first') {
  const place = join(node.path, 'remote')
  mkdirSync(place)
  const id = 'ab'.repeat(32)
  node.addProcess(100, 1, 'containerd', ['/usr/bin/containerd'])
  node.addProcess(101, 1, 'containerd-shim', [
    '/usr/bin/containerd-shim-runc-v2',
    ...['-namespace', 'k8s.io', '-id', id, '-address', '/run/containerd/containerd.sock'],
  ])
  symlinkSync(join(place, 'bundle'), join(node.path, 'proc/101/cwd'))
  node.addProcess(102, 101, 'app')
  node.write('proc/102/cgroup', `0::/kubepods/burstable/pod0f9f1f0e-1111-4222-8333-000000000001/${id}\n`)
  const mounted =
    'node=$1 server=$2 place=$3 whom=$4; shift 4; "$node" "$server" "$place" "$whom" & until grep -q " $place fuse" /proc/mounts; do sleep 0.1; done; exec "$@"'
  const server = fileURLToPath(new URL('./support/dying-file-system.mjs', import.meta.url))
  await serve(['unshare', '--mount', 'sh', '-c', mounted, 'sh', process.execPath, server, place, whom])
  return { place, serverPid: Number(readFileSync(`${place}.pid`, 'utf8')) }
}

/** Until somebody waits for the file system. fs/fuse/dev.c, request_wait_answer */
const waitsForIt = () =>
  until('it is asked', () =>
    readdirSync(`/proc/${daemon.pid}/task`).some((thread) =>
      readFileSync(`/proc/${daemon.pid}/task/${thread}/wchan`, 'utf8').includes('request_wait_answer'),
    ),
  )

const watchedBundles = async (): Promise<number> =>
  Number(/^shimscope_watched_directories\{source="bundle"\} (\d+)$/m.exec(await get('metrics'))?.[1])

test('the file system of a bundle is dead when its directory is to be watched: clients are served, and passes go on', async () => {
  const { serverPid } = await serveWithRemoteBundle('first')
  try {
    await until('a first pass', async () => (await status('-/ready')) === 200)
    await waitsForIt()
    await looksAgain()
    expect((await snapshot()).shims.map(({ pid }) => pid)).toEqual([101])
    expect(await status('-/healthy')).toBe(200)
    expect(await watchedBundles()).toBe(0)
    expect(await metric('shimscope_hung_readings_total')).toBe(0)
    process.kill(serverPid, 'SIGUSR2')
    await until('it is watched', async () => (await watchedBundles()) === 1)
  } finally {
    process.kill(serverPid, 'SIGKILL')
  }
})

test('the file system of a bundle dies: its shim is left alone, nobody is accused, and all is seen when it answers', async () => {
  const { place, serverPid } = await serveWithRemoteBundle('all')
  try {
    await until('a first pass', async () => (await status('-/ready')) === 200)
    const shims = async () => (await snapshot()).shims.map(({ pid, bundle }) => [pid, bundle])
    expect(await shims()).toEqual([[101, join(place, 'bundle')]])
    const before = (await snapshot()).verdicts.map(({ key }) => key)
    process.kill(serverPid, 'SIGUSR1')
    await until('the hang is noticed', async () => (await metric('shimscope_hung_readings_total')) === 1, WITHIN_MS)
    expect(log).toMatch(/reading \/proc\/101\/cwd\S* does not return/)
    await until('it looks again', async () => (await metricOrNone('shimscope_pass_complete')) === 0)
    expect(before).toEqual(expect.arrayContaining((await snapshot()).verdicts.map(({ key }) => key)))
    expect(await status('-/healthy')).toBe(200)
    const threads = (): number => readdirSync(`/proc/${daemon.pid}/task`).length
    const held = threads()
    process.kill(serverPid, 'SIGUSR2')
    await until('the thread that hung has ended', () => threads() < held)
    // It is left alone for a minute.
    await until('the shim is read again', async () => (await shims()).length === 1, WITHIN_MS)
    expect((await snapshot()).pass.complete).toBe(true)
    expect(await metric('shimscope_hung_readings_total')).toBe(1)
  } finally {
    process.kill(serverPid, 'SIGKILL')
  }
})

test('stopped for a minute: nothing is taken for hung, nothing has lasted meanwhile, and its clients are still there', async () => {
  const { daemon, before, client, get: ask, goOn } = stopped
  const value = async (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await ask('metrics'))?.[1])
  const heard = client.frames.length
  await goOn()
  const from = await value('shimscope_pass_duration_seconds_count')
  await until(
    'it looks again',
    async () => (await value('shimscope_pass_duration_seconds_count')) > from + 5,
    WITHIN_MS,
  )
  const { run, verdicts }: Snapshot = JSON.parse(await ask('api/v1/snapshot'))
  expect(run).toBe(before.run)
  expect(verdicts.map(({ code, status }) => [code, status])).toEqual([['shim-daemonless', 'pending']])
  expect(await value('shimscope_hung_readings_total')).toBe(0)
  expect(await value('shimscope_failed_passes_total')).toBe(0)
  await until('its client hears of it', () => client.frames.length > heard)
  expect(client.isClosed()).toBe(false)
  expect(client.frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
  daemon.child.kill('SIGTERM')
  expect(await daemon.ended).toEqual({ code: 0, signal: null })
})
