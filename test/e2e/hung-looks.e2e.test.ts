import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type NodeDirectory, nodeDirectory } from './support/node-directory.ts'
import { until } from './support/until.ts'

/** Commands that look once, at a node of which one process does not let itself be read. */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** A thread that hangs keeps Node from ending in the usual way; only newer ones can then choose their exit code. */
const endsWith = (code: number) => ('execve' in process ? [code, null] : [null, 'SIGTERM'])

let node: NodeDirectory
let child: ChildProcess

beforeEach(() => {
  node = nodeDirectory()
})

afterEach(() => {
  child.kill('SIGKILL')
  node.remove()
})

interface Running {
  readonly out: () => string
  readonly err: () => string
  readonly ended: Promise<unknown[]>
}

function start(...argv: string[]): Running {
  child = spawn(process.execPath, [main, ...argv, ...node.options], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout?.on('data', (text: Buffer) => {
    out += text
  })
  child.stderr?.on('data', (text: Buffer) => {
    err += text
  })
  return { out: () => out, err: () => err, ended: once(child, 'close') }
}

/** Until one of its threads waits in open(2) for somebody at the other end of the fifo. fs/pipe.c, fifo_open */
const hangsThere = () =>
  until('it reads what does not return', () =>
    readdirSync(`/proc/${child.pid}/task`).some((thread) =>
      readFileSync(`/proc/${child.pid}/task/${thread}/wchan`, 'utf8').includes('wait_for_partner'),
    ),
  )

const named = 'shimscope: reading /proc/7/cmdline does not return'

describe('a reading that hangs is given up, named and left out', () => {
  test.each([
    [['snapshot', '--processes'], /"pid": 8/],
    [['verdicts'], /no verdicts/],
    [['doctor'], /listing +incomplete: 2 processes, 1 more that cannot be read/],
    [['tree'], /^node-1 at .* 2 processes\n/],
  ])('%j', async (argv, shows) => {
    node.hang('proc/7/cmdline')
    const { out, err, ended } = start(...argv)
    expect(await ended).toEqual(endsWith(0))
    expect(err()).toContain(named)
    expect(out()).toMatch(shows)
    if (argv[0] === 'snapshot') {
      const { pass, processes, verdicts } = JSON.parse(out())
      expect(processes.map(({ pid }: { pid: number }) => pid)).toEqual([1, 8])
      expect(pass.complete).toBe(false)
      expect(verdicts).toEqual([])
    }
  })

  test('record: what could be read is in the recording, and it can be replayed', async () => {
    node.hang('proc/7/cmdline')
    const file = join(node.path, 'a.proc')
    const { err, ended } = start('record', file)
    expect(await ended).toEqual(endsWith(0))
    expect(err()).toContain(named)
    expect(readFileSync(file, 'utf8')).toContain('-- /proc/8/stat --')
    expect(readFileSync(file, 'utf8')).toContain('1 readings were denied')
  })

  test('more hang than threads are given up for: it could not look, and says so', async () => {
    for (const pid of [10, 11, 12, 13]) {
      node.addProcess(pid, 1, 'held')
      node.hang(`proc/${pid}/cmdline`)
    }
    const { out, err, ended } = start('verdicts')
    expect(await ended).toEqual(endsWith(2))
    expect(err()).toContain('shimscope: too many readings hang in the kernel, the last of them of /proc/13/cmdline')
    expect(out()).toBe('')
  })
})

describe('a command that waits for a reading ends when it is told to', () => {
  test('verdicts: at once', async () => {
    node.hang('proc/7/cmdline')
    const { ended } = start('verdicts')
    await hangsThere()
    child.kill('SIGINT')
    expect(await ended).toEqual([null, 'SIGINT'])
  })

  test('record: with what it has', async () => {
    const file = join(node.path, 'a.proc')
    const { err, ended } = start('record', file, '--for', '1h', '--interval', '200ms')
    await until('a first moment', () => existsSync(file) && readFileSync(file, 'utf8').includes('/proc/8/stat'))
    node.hang('proc/7/cmdline')
    await hangsThere()
    child.kill('SIGINT')
    expect(await ended).toEqual(endsWith(0))
    expect(err()).toMatch(/moments? of node-1/)
  })

  test('serve: without waiting until the reading is given up', async () => {
    node.hang('proc/7/cmdline')
    const { out, err, ended } = start('serve', '--web.listen-address', '127.0.0.1:0', '--interval', '1h')
    await until('it serves', () => out().includes('watches this node'))
    await hangsThere()
    child.kill('SIGTERM')
    expect(await ended).toEqual(endsWith(0))
    expect(err()).toBe('')
  })
})
