import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveSource } from '../../src/sources/live.ts'

const source = liveSource({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' })
const SECRET = 'nobody should read this'

/** A process that works in a directory which its owner has filled with everything that could hurt a reader. */
describe('a working directory full of traps', () => {
  let top: string
  let worker: ChildProcess
  let cwd: string

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'shimscope-traps-'))
    mkdirSync(join(top, 'elsewhere'))
    writeFileSync(join(top, 'elsewhere/config.json'), SECRET)
    const own = join(top, 'task/own')
    mkdirSync(own, { recursive: true })
    execFileSync('mkfifo', [join(own, 'address')])
    symlinkSync(join(top, 'elsewhere/config.json'), join(own, 'config.json'))
    symlinkSync('/dev/zero', join(own, 'init.pid'))
    writeFileSync(join(own, 'log.json'), '')
    truncateSync(join(own, 'log.json'), 2 ** 40)
    symlinkSync(join(top, 'elsewhere'), join(top, 'task/linked'))
    symlinkSync('loop', join(top, 'task/loop'))
    mkdirSync(join(top, 'task/neighbour'))
    writeFileSync(join(top, 'task/neighbour/init.pid'), '7')
    worker = spawn('sleep', ['60'], { cwd: own })
    cwd = `/proc/${worker.pid}/cwd`
  })

  afterAll(() => {
    worker.kill('SIGKILL')
    rmSync(top, { recursive: true, force: true })
  })

  it('opens no fifo and no device, follows no link, reads no huge file', () => {
    expect(source.readWhole(`${cwd}/address`, 4096)).toMatchObject({ kind: 'malformed' })
    expect(source.readWhole(`${cwd}/config.json`, 4096)).toEqual({ kind: 'malformed', text: 'ELOOP' })
    expect(source.readWhole(`${cwd}/init.pid`, 4096)).toEqual({ kind: 'malformed', text: 'ELOOP' })
    expect(source.readWhole(`${cwd}/log.json`, 4096)).toMatchObject({ kind: 'malformed' })
  })

  it('enters no link to a directory beside it', () => {
    for (const name of ['linked', 'loop']) {
      expect(source.facts(`${cwd}/../${name}`)).toEqual({ kind: 'malformed', text: 'ELOOP' })
      expect(source.list(`${cwd}/../${name}`)).toEqual({ kind: 'malformed', text: 'ELOOP' })
      expect(source.readWhole(`${cwd}/../${name}/config.json`, 4096)).toEqual({ kind: 'malformed', text: 'ELOOP' })
    }
  })

  it('reads the true directory beside it', () => {
    expect(source.list(`${cwd}/..`)).toMatchObject({ kind: 'known' })
    expect(source.facts(`${cwd}/../neighbour`)).toMatchObject({ kind: 'known' })
    expect(source.list(`${cwd}/../neighbour`)).toEqual({ kind: 'known', value: ['init.pid'] })
    expect(source.readWhole(`${cwd}/../neighbour/init.pid`, 4096)).toMatchObject({ kind: 'known' })
    expect(source.facts(`${cwd}/../none`)).toEqual({ kind: 'gone' })
    expect(source.facts(`${cwd}/../neighbour/init.pid/x`)).toEqual({ kind: 'gone' })
  })

  it('knows a directory that lost its name', () => {
    renameSync(join(top, 'task/own'), join(top, 'task/.own'))
    const facts = source.facts(cwd)
    rmSync(join(top, 'task/.own'), { recursive: true })
    expect(facts).toMatchObject({ kind: 'known' })
    expect(source.facts(cwd)).toMatchObject({ kind: 'known', value: { nlink: 0 } })
    expect(source.list(cwd)).toEqual({ kind: 'known', value: [] })
    expect(source.list(`${cwd}/..`)).toMatchObject({ kind: 'known' })
  })

  it('leaves no descriptor open', () => {
    const before = readdirSync('/proc/self/fd').length
    for (let at = 0; at < 50; at += 1) {
      source.readWhole(`${cwd}/../linked/config.json`, 4096)
      source.facts(`${cwd}/../neighbour`)
      source.list(`/proc/${worker.pid}/root/usr`)
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5)
  })
})

describe.skipIf(process.getuid?.() !== 0)('a root of somebody else', () => {
  let root: string
  let worker: ChildProcess
  let at: string

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'shimscope-root-'))
    mkdirSync(join(root, 'bin'))
    mkdirSync(join(root, 'run/task'), { recursive: true })
    mkdirSync(join(root, 'var'))
    execFileSync('cp', ['/bin/busybox', join(root, 'bin/busybox')])
    writeFileSync(join(root, 'run/task/config.json'), 'its own')
    symlinkSync('/run', join(root, 'var/run'))
    symlinkSync('../../../../run', join(root, 'var/up'))
    symlinkSync('/proc/1/root', join(root, 'out'))
    worker = spawn('chroot', [root, '/bin/busybox', 'sleep', '60'])
    at = `/proc/${worker.pid}/root`
  })

  afterAll(() => {
    worker.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  })

  it('is read as it looks to its own processes: its links lead to its own files', async () => {
    await expect.poll(() => text(source.readWhole(`${at}/run/task/config.json`, 4096))).toBe('its own')
    expect(text(source.readWhole(`${at}/var/run/task/config.json`, 4096))).toBe('its own')
    expect(text(source.readWhole(`${at}/var/up/task/config.json`, 4096))).toBe('its own')
    expect(source.facts(`${at}/bin/busybox`)).toMatchObject({ kind: 'known' })
    expect(source.facts(`${at}/out/etc`)).toEqual({ kind: 'gone' })
    expect(source.readWhole(`${at}/out/etc/hostname`, 4096)).toEqual({ kind: 'gone' })
  })
})

const text = (reading: ReturnType<typeof source.readWhole>): string | undefined =>
  reading.kind === 'known' ? reading.value.toString('utf8', 0, reading.value.length) : undefined
