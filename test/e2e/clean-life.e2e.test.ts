import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { attempt } from './support/command.ts'
import { type Daemon, main, startDaemon } from './support/daemon.ts'
import { nodeDirectory } from './support/node-directory.ts'
import { until } from './support/until.ts'

const recordings = new URL('../recordings/', import.meta.url).pathname

let top: string
const daemons: Daemon[] = []
const start = (...given: Parameters<typeof startDaemon>): Daemon => {
  const daemon = startDaemon(...given)
  daemons.push(daemon)
  return daemon
}

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'shimscope-life-'))
})
afterEach(async () => {
  for (const { child, ended } of daemons.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  rmSync(top, { recursive: true, force: true })
})

/** The loopback answers by whatever name it was told, and closes each connection. */
const get = async (url: string, path: string): Promise<string> =>
  (await fetch(new URL(path, url), { headers: { connection: 'close' } })).text()
const shimscope = (...argv: string[]) => attempt([process.execPath, main, ...argv])
const shell = (script: string, ...argv: string[]) =>
  attempt(['bash', '-c', script, 'bash', process.execPath, main, ...argv])

describe('exit codes', () => {
  const healthy = join(recordings, 'healthy-shim-runc-v2.proc')
  const leaked = join(recordings, 'shim-leaked.proc')
  test.each([
    [['tree', '--from', healthy], 0, ''],
    [['--help'], 0, ''],
    [['verdicts', '--grace', '0s', '--from', healthy], 0, ''],
    [['verdicts', '--grace', '0s', '--from', leaked], 1, ''],
    [['verdicts', '--grace', '0s', '--fail-on', 'critical', '--from', leaked], 0, ''],
    [['tree', '--from', leaked], 0, ''],
    [['doctor', '--from', leaked], 0, ''],
    [[], 2, ''],
    [['trees'], 2, 'see shimscope --help'],
    [['tree', '--form', healthy], 2, 'see shimscope tree --help'],
    [['tree', '--from', '/nowhere.proc'], 2, 'cannot be read (ENOENT)'],
    [['tree', '--path.procfs', '/etc'], 2, 'neither a procfs nor a directory of that shape'],
    [['serve', '--web.listen-address', '127.0.0.1:99999'], 2, '--web.listen-address'],
    [['serve', '--web.listen-address', '192.0.2.1:19256'], 2, '192.0.2.1:19256 is no address of this machine'],
    [['serve', '--web.config.file', '/nowhere.yml'], 2, '--web.config.file /nowhere.yml cannot be read (ENOENT)'],
    [['events', '--journal.directory', '/nowhere'], 2, '/nowhere'],
    [['explain', 'shim-lost'], 2, 'shim-lost'],
  ] as const)('shimscope %j: %i', async (argv, code, says) => {
    const outcome = await shimscope(...argv)
    expect(outcome).toMatchObject({ code })
    if (says !== '') expect(outcome.stderr).toContain(says)
    // One sentence, and no stack.
    if (code === 2 && argv.length > 0) expect(outcome.stderr.match(/^shimscope: .*$|^ +at .*$/gm)).toHaveLength(1)
  })
})

describe('its end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s, with clients of every kind: 0', async (signal) => {
    const daemon = start(['--interval', '200ms'])
    const url = await daemon.serves()
    const { port } = new URL(url)
    // One that has asked nothing, one in the midst of asking, one that reads the events, one that never reads the feed.
    const silent = connect(Number(port), '127.0.0.1')
    const halfway = connect(Number(port), '127.0.0.1')
    halfway.write('GET /api/v1/snapshot HTTP/1.1\r\nHost: 127')
    const following = await fetch(new URL('/api/v1/events?follow', url))
    const deaf = connect(Number(port), '127.0.0.1')
    deaf.pause().write(upgrade(port))
    for (const socket of [silent, halfway, deaf]) socket.on('error', () => {})
    await until('they are there', async () => /^shimscope_live_clients 1$/m.test(await get(url, '/metrics')))
    const told = following.text()
    const from = performance.now()
    daemon.child.kill(signal)
    expect(await daemon.ended).toEqual({ code: 0, signal: null })
    console.log(`${signal} with four clients: ended after ${Math.round(performance.now() - from)} ms`)
    expect(await told).toContain('events of this node')
    expect(daemon.said()).not.toMatch(/ error |should not have happened/)
  })

  test('in the midst of a pass over thousands of processes, with a client that reads nothing', async () => {
    const node = nodeDirectory()
    try {
      for (let pid = 1_000; pid < 4_000; pid += 1) node.addProcess(pid, 1, 'one-of-many')
      const daemon = start(['--interval', '100ms', ...node.options])
      const url = await daemon.serves()
      const { port } = new URL(url)
      await until('it has looked', async () => (await get(url, '/-/ready')) === 'ready\n', 60_000)
      const deaf = connect(Number(port), '127.0.0.1')
      deaf
        .on('error', () => {})
        .pause()
        .write(upgrade(port))
      await until('it is there', async () => /^shimscope_live_clients 1$/m.test(await get(url, '/metrics')))
      await until('its other thread is at work', () => worksBeside(daemon.child.pid ?? 0))
      const from = performance.now()
      daemon.child.kill('SIGTERM')
      expect(await daemon.ended).toEqual({ code: 0, signal: null })
      console.log(`SIGTERM in the midst of a pass: ended after ${Math.round(performance.now() - from)} ms`)
      expect(daemon.said()).not.toMatch(/ error |should not have happened/)
    } finally {
      node.remove()
    }
  })

  test('a second SIGINT does not wait for anybody', async () => {
    const daemon = start([])
    const { port } = new URL(await daemon.serves())
    const deaf = connect(Number(port), '127.0.0.1')
    deaf
      .on('error', () => {})
      .pause()
      .write(upgrade(port))
    await until('it is there', async () =>
      /^shimscope_live_clients 1$/m.test(await get(`http://127.0.0.1:${port}`, '/metrics')),
    )
    daemon.child.kill('SIGINT')
    // It has heard the first one as soon as it takes no further request. Then it waits for the deaf one, not for long.
    while (await isServed(`http://127.0.0.1:${port}`)) await nextTurn()
    daemon.child.kill('SIGINT')
    expect(await daemon.ended).toEqual({ code: null, signal: 'SIGINT' })
  })

  test('as process 1 of a pid namespace, with a reading that hangs in the kernel', async () => {
    const write = (name: string, text: string) => {
      mkdirSync(dirname(join(top, name)), { recursive: true })
      writeFileSync(join(top, name), text)
    }
    write('proc/stat', 'btime 1788220800\n')
    write('proc/uptime', '600.00 1.00\n')
    write('proc/sys/kernel/random/boot_id', '0\n')
    write('proc/1/stat', '1 (init) S 0 1 1 0 -1 4194560 0 0 0 0 1 1 0 0 20 0 1 0 1 0 0\n')
    write('proc/1/cgroup', '0::/\n')
    execFileSync('mkfifo', [join(top, 'proc/1/cmdline')])
    mkdirSync(join(top, 'cgroup'))
    const paths = ['--path.procfs', join(top, 'proc'), '--path.cgroupfs', join(top, 'cgroup')]
    const daemon = start([...paths, '--interval', '200ms'], {
      before: ['unshare', '--pid', '--fork', '--kill-child'],
    })
    const url = await daemon.serves()
    await until('the hang is noticed', async () =>
      /^shimscope_hung_readings_total 1$/m.test(await get(url, '/metrics')),
    )
    const inner = execFileSync('cat', [`/proc/${daemon.child.pid}/task/${daemon.child.pid}/children`], {
      encoding: 'utf8',
    })
    process.kill(Number(inner), 'SIGTERM')
    // unshare(1) ends as its child did: by a signal, since nothing else ends a thread that hangs.
    expect((await daemon.ended).code).not.toBe(0)
  })
})

describe('who listens to it', () => {
  test('may stop reading: `shimscope tree | head`, and what was found out is still the exit code', async () => {
    const piped = '"$@" | head -1; set -- $PIPESTATUS; echo $1'
    const from = (name: string) => ['--from', join(recordings, `${name}.proc`)]
    expect(await shell(piped, 'tree', ...from('side-by-side'))).toMatchObject({
      stdout: expect.stringMatching(/^node-1 at .*\n0\n$/),
      stderr: '',
    })
    const unread = '"$@" | true; set -- $PIPESTATUS; echo $1'
    const outcome = await shell(unread, 'verdicts', '--grace', '0s', ...from('shim-leaked'))
    expect(outcome).toMatchObject({ stdout: '1\n', stderr: '' })
  })

  test('may not be there at all', async () => {
    const { code, stdout, stderr } = await shell('{ "$@" >&- 2>&-; echo $?; }', 'tree')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0\n', stderr: '' })
  })

  test('a disk that is full: one sentence and 2 for a command; the daemon goes on', async () => {
    const outcome = await shell('"$@" > /dev/full', 'tree')
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: 'shimscope: the output cannot be written (ENOSPC); give it another place\n',
    })
    const daemon = start(['--interval', '200ms'], { stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')] })
    const url = await daemon.serves()
    daemon.child.kill('SIGHUP')
    expect(await get(url, '/-/healthy')).not.toBe('')
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toEqual({ code: 0, signal: null })
  })

  test('a log that nobody reads any more does not end the daemon', async () => {
    const daemon = start(['--interval', '200ms'])
    const url = await daemon.serves()
    daemon.child.stdout?.destroy()
    daemon.child.stderr?.destroy()
    for (let told = 0; told < 3; told += 1) {
      daemon.child.kill('SIGHUP')
      expect(await get(url, '/-/healthy')).not.toBe('')
    }
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toEqual({ code: 0, signal: null })
  })

  test('SIGHUP without anything to read again is said, and ends nothing', async () => {
    const daemon = start([])
    const url = await daemon.serves()
    daemon.child.kill('SIGHUP')
    await until('it says so', () => daemon.said().includes('there is nothing to read again'))
    expect(await get(url, '/-/healthy')).not.toBe('')
  })
})

describe('two of them', () => {
  test('at one address: the second says whose it is, and ends with 2; the first does not notice', async () => {
    const first = start([])
    const { host, origin } = new URL(await first.serves())
    const second = start(['--web.listen-address', host])
    expect(await second.ended).toEqual({ code: 2, signal: null })
    expect(second.said().trim().split('\n')).toHaveLength(1)
    expect(second.said()).toContain('is taken by another process')
    expect(await get(origin, '/-/healthy')).not.toBe('')
    expect(first.said()).not.toMatch(/ (?:warn|error) .*(?:in use|EADDRINUSE)/)
  })

  test('on one node and one journal: both look, one writes, and the other takes over', async () => {
    const journal = ['--interval', '200ms', '--journal.directory', join(top, 'journal')]
    const first = start(journal)
    const firstUrl = await first.serves()
    const bytes = async (url: string) =>
      Number(/^shimscope_journal_bytes (\S+)$/m.exec(await get(url, '/metrics'))?.[1])
    await until('it writes', async () => (await bytes(firstUrl)) > 0, 60_000)
    const second = start(journal)
    const secondUrl = await second.serves()
    await until('it says so', () => /journal/.test(second.said()), 60_000)
    for (const url of [firstUrl, secondUrl])
      await until('it has looked', async () => (await get(url, '/api/v1/snapshot')).includes('shimscope/v1'), 60_000)
    first.child.kill('SIGTERM')
    expect(await first.ended).toEqual({ code: 0, signal: null })
    const before = await bytes(secondUrl)
    await until('it has taken over', async () => (await bytes(secondUrl)) > (Number.isNaN(before) ? 0 : before), 60_000)
    second.child.kill('SIGTERM')
    expect(await second.ended).toEqual({ code: 0, signal: null })
    expect((await shimscope('events', '--journal.directory', join(top, 'journal'))).code).toBe(0)
  })
})

/** Whether a thread runs that is not the first one. */
const worksBeside = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).some(
    (thread) => thread !== `${pid}` && / R \d+ /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  )

/** Whether requests are answered as ever; who is about to end answers 503, and then nothing. */
const isServed = (url: string): Promise<boolean> =>
  fetch(new URL('/-/healthy', url), { headers: { connection: 'close' } }).then(
    ({ status }) => status === 200,
    () => false,
  )

const upgrade = (port: string): string =>
  `GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`
