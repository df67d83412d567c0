import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { askPidtree, askPsList } from '../../src/sources/ask-ps.ts'
import { folder } from '../commands/world.ts'
import { busybox } from './programs.ts'

afterEach(() => void vi.unstubAllEnvs())

/** A machine whose `ps` is this script. */
function withPs(here: ReturnType<typeof folder>, script: string): void {
  chmodSync(here.write('ps', `#!/bin/sh\n${script}\n`), 0o755)
  vi.stubEnv('PATH', `${here.path}:${process.env['PATH']}`)
}

describe.each([
  ['ps-list', askPsList],
  ['pidtree', askPidtree],
])('%s', (_, ask) => {
  test('shows this process', async () => {
    const asked = await ask()
    expect('rows' in asked && asked.rows.find(({ pid }) => pid === process.pid)?.ppid).toBe(process.ppid)
  })

  test('no ps', async () => {
    using here = folder()
    vi.stubEnv('PATH', here.path)
    expect(await ask()).toEqual({ skipped: 'ps is not installed' })
  })

  test('a ps that shows nobody', async () => {
    using here = folder()
    withPs(here, 'echo PPID PID')
    expect(await ask()).toEqual({ skipped: 'unsupported ps (BusyBox?): it shows no process' })
  })

  test('a ps that fails says why, in one line', async () => {
    using here = folder()
    withPs(here, 'echo "no\nproc" >&2; exit 1')
    expect(await ask()).toEqual({ skipped: expect.stringMatching(/^[^\n]*no proc[^\n]*$/) })
  })

  test('a ps that hangs is not waited for, and ended', async () => {
    using here = folder()
    withPs(here, `echo $$ >> ${here.path}/pids; exec sleep 3600`)
    expect(await ask(300)).toEqual({ skipped: 'ps did not answer within 0.3 s' })
    const { readFileSync } = await import('node:fs')
    const pids = readFileSync(join(here.path, 'pids'), 'utf8').trim().split('\n').map(Number)
    for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false)
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.skipIf(busybox === undefined)('the ps of BusyBox', () => {
  const withBusybox = (here: ReturnType<typeof folder>): void => {
    mkdirSync(join(here.path, 'bin'))
    symlinkSync(busybox ?? '', join(here.path, 'bin/ps'))
    vi.stubEnv('PATH', join(here.path, 'bin'))
  }

  test('tells ps-list nothing, and it says so', async () => {
    using here = folder()
    withBusybox(here)
    expect(await askPsList()).toEqual({ skipped: 'unsupported ps (BusyBox?): it shows no process' })
  })

  test('tells pidtree who is whose child', async () => {
    using here = folder()
    withBusybox(here)
    const asked = await askPidtree()
    expect('rows' in asked && asked.rows.find(({ pid }) => pid === process.pid)?.ppid).toBe(process.ppid)
  })
})
