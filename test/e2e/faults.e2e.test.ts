import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { until } from './support/until.ts'

/** Faults injected for real into the built daemon, which reads a directory of procfs's shape. */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** Four readings, one after the other. */
const WITHIN_MS = 90_000

let top: string
let daemon: ChildProcess
let url: string
let log: string

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(top, name)), { recursive: true })
  writeFileSync(join(top, name), text)
}

function addProcess(pid: number, ppid: number, comm: string): void {
  write(
    `proc/${pid}/stat`,
    `${pid} (${comm}) S ${ppid} ${pid} ${pid} 0 -1 4194560 0 0 0 0 1 1 0 0 20 0 1 0 ${pid} 0 0\n`,
  )
  write(`proc/${pid}/cgroup`, '0::/\n')
  write(`proc/${pid}/cmdline`, `/sbin/${comm}\0`)
}

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'shimscope-faults-'))
  write('proc/stat', 'btime 1788220800\n')
  write('proc/uptime', '600.00 1.00\n')
  write('proc/sys/kernel/hostname', 'node-1\n')
  write('proc/sys/kernel/random/boot_id', '0\n')
  mkdirSync(join(top, 'cgroup'))
  addProcess(1, 0, 'init')
  addProcess(7, 1, 'seven')
  addProcess(8, 1, 'eight')
})

afterEach(() => {
  daemon.kill('SIGKILL')
  rmSync(top, { recursive: true, force: true })
})

async function serve(...before: string[]): Promise<void> {
  const argv = [process.execPath, main, 'serve', '--web.listen-address', '127.0.0.1:0', '--interval', '200ms']
  const paths = ['--path.procfs', join(top, 'proc'), '--path.cgroupfs', join(top, 'cgroup')]
  const [program = '', ...rest] = [...before, ...argv, ...paths]
  daemon = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  log = ''
  url = ''
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (text: Buffer) => {
      log += text
      url ||= /http:\/\/127\.0\.0\.1:\d+\//.exec(log)?.[0] ?? ''
    })
  await until('it serves', async () => url !== '')
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

/** Nobody writes into it, so that whoever opens it to read waits in the kernel: as with a lock of the process. */
function hang(name: string): void {
  rmSync(join(top, name), { force: true })
  execFileSync('mkfifo', [join(top, name)])
}

test('a reading hangs: it is named, its thread given up, the process left alone, and all others are shown', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  expect(await pids()).toEqual([1, 7, 8])
  hang('proc/7/cmdline')
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
  expect(await end()).toEqual([null, 'SIGTERM'])
})

test('more hang than threads are given up for: it says so, stays up, and goes on when one returns', async () => {
  for (const pid of [10, 11, 12, 13]) addProcess(pid, 1, 'held')
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  for (const pid of [10, 11, 12, 13]) hang(`proc/${pid}/cmdline`)
  await until('it gives up', async () => log.includes('too many readings hang'), WITHIN_MS)
  expect(await metric('shimscope_hung_readings_total')).toBeGreaterThanOrEqual(4)
  await until('it is not ready', async () => (await status('-/ready')) === 503, WITHIN_MS)
  expect(await get('-/ready')).toContain('too many readings hang')
  expect(await status('-/healthy')).toBe(200)
  // Somebody opens the other end, and the reading returns.
  for (const pid of [10, 11, 12, 13]) closeSync(openSync(join(top, `proc/${pid}/cmdline`), 'w'))
  await until('it is ready again', async () => (await status('-/ready')) === 200)
  expect(await pids()).toEqual([1, 7, 8])
  expect((await snapshot()).pass.complete).toBe(false)
})

test('stopped for longer than a reading may last, it takes nothing for hung', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  const { run } = await snapshot()
  daemon.kill('SIGSTOP')
  execFileSync('sleep', ['8'])
  daemon.kill('SIGCONT')
  await looksAgain()
  expect(await metric('shimscope_hung_readings_total')).toBe(0)
  expect((await snapshot()).run).toBe(run)
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

test('the cgroup file systems are unmounted, and mounted again', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  renameSync(join(top, 'cgroup'), join(top, 'away'))
  await looksAgain()
  expect((await snapshot()).verdicts).toEqual([])
  expect(await pids()).toEqual([1, 7, 8])
  renameSync(join(top, 'away'), join(top, 'cgroup'))
  await looksAgain()
  expect(await status('-/ready')).toBe(200)
})

test('procfs is gone, and comes back', async () => {
  await serve()
  await until('a first pass', async () => (await status('-/ready')) === 200)
  renameSync(join(top, 'proc'), join(top, 'away'))
  await until('it sees nothing', async () => (await pids()).length === 0)
  expect((await snapshot()).pass.complete).toBe(false)
  expect((await snapshot()).verdicts).toEqual([])
  renameSync(join(top, 'away'), join(top, 'proc'))
  await until('it sees all again', async () => (await pids()).length === 3)
  expect((await snapshot()).pass.complete).toBe(true)
})
