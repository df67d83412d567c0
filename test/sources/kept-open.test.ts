import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { KeptOpen } from '../../src/sources/kept-open.ts'
import { liveSource } from '../../src/sources/live.ts'

const children: ChildProcess[] = []

function sleeper(): { readonly child: ChildProcess; readonly stat: string } {
  const child = spawn('sleep', ['3600'], { stdio: 'ignore' })
  children.push(child)
  return { child, stat: `/proc/${child.pid}/stat` }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

afterEach(async () => {
  for (const child of children.splice(0)) await ended(child)
})

/** How often a file is open here. */
const opened = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false // the one that listed them
    }
  }).length

const stateIn = (reading: { kind: string; value?: Buffer }) =>
  /\) (\S)/.exec(String(reading.value ?? reading.kind))?.[1]

describe('a file that is read in every pass', () => {
  const node = () => liveSource({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' })

  it('stays open, and each reading says what is true by then', async () => {
    const source = node()
    const { child, stat } = sleeper()
    for (const state of ['S', 'T', 'T']) {
      await source.begin()
      if (state === 'T') child.kill('SIGSTOP')
      await expect.poll(() => stateIn(source.read(stat, true))).toBe(state)
      expect(opened(stat)).toBe(1)
    }
  })

  it('is closed when its process has gone, and nothing is told of it any more', async () => {
    const source = node()
    const { child, stat } = sleeper()
    await source.begin()
    source.read(stat, true)
    await ended(child)
    expect(source.read(stat, true).kind).toBe('gone')
    expect(opened(`${stat} (deleted)`)).toBe(0)
    expect(opened(stat)).toBe(0)
  })

  it('is closed at the end of a pass that did not ask for it, and only then', async () => {
    const source = node()
    const { stat } = sleeper()
    for (const isAskedFor of [true, true, false]) {
      await source.begin()
      if (isAskedFor) source.read(stat, true)
      source.end?.()
      expect(opened(stat)).toBe(isAskedFor ? 1 : 0)
    }
    expect(source.read(stat).kind).toBe('known')
    expect(opened(stat)).toBe(0)
  })
})

it('nothing is kept of a directory that is no procfs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'shimscope-no-procfs-'))
  try {
    const source = liveSource({ procfs: directory, cgroupfs: '/sys/fs/cgroup' })
    await source.begin()
    for (const text of ['one', 'other']) {
      rmSync(join(directory, 'file'), { force: true })
      writeFileSync(join(directory, 'file'), text)
      expect(String((source.read('/proc/file', true) as { value?: Buffer }).value)).toBe(text)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('all are closed where another procfs was mounted', () => {
  const kept = new KeptOpen(2)
  for (const procfs of [1, 2]) {
    kept.begin(procfs)
    const fd = openSync('/proc/self/stat', 'r')
    expect(kept.keep('/proc/self/stat', fd)).toBe(true)
    expect(opened(`/proc/${process.pid}/stat`)).toBe(1)
  }
  kept.begin(undefined)
  expect(opened(`/proc/${process.pid}/stat`)).toBe(0)
})

it('no more are kept than there may be', () => {
  const kept = new KeptOpen(2)
  kept.begin(1)
  const fds = [1_000_001, 1_000_002]
  expect(fds.map((fd) => kept.keep(`/proc/${fd}/stat`, fd))).toEqual([true, true])
  expect(kept.keep('/proc/3/stat', 1_000_003)).toBe(false)
  expect(kept.of('/proc/3/stat')).toBe(undefined)
  expect(kept.of('/proc/1000001/stat')).toBe(1_000_001)
})
