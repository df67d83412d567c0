import { chmodSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Diagnosis } from '../../src/core/sight/diagnose.ts'
import { fieldNames } from '../../src/core/model/sight.ts'
import { hostileChildren } from '../sources/child.ts'
import { folder, leakedShim, shimscope } from './world.ts'

// A machine with thousands of processes has them all read several times here, and by ps as well.
vi.setConfig({ testTimeout: 180_000 })
afterEach(() => void vi.unstubAllEnvs())

const diagnosisOf = async (...argv: string[]): Promise<Diagnosis> =>
  JSON.parse((await shimscope(['doctor', '--json', ...argv])).out)

describe('this machine', () => {
  test('agrees with ps, whatever processes call themselves', async () => {
    await using family = await hostileChildren()
    const { code, out, err } = await shimscope(['doctor'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/ps-list agrees on \d+ processes/)
    expect(out).toMatch(/pidtree agrees on \d+ processes/)
    for (const name of fieldNames) expect(out).toContain(`\n${name} `)
    const compared = Number(/ps-list agrees on (\d+)/.exec(out)?.[1])
    expect(compared).toBeGreaterThan(family.children.length)
  })

  test('as JSON', async () => {
    const { reader, procfs, listing, fields, crossChecks } = await diagnosisOf()
    expect(reader).toMatchObject({ pid: process.pid, uid: process.getuid?.() })
    expect(procfs).toMatchObject({ path: '/proc', self: process.pid })
    expect(listing.processes).toBeGreaterThan(1)
    expect(fields.map(({ name }) => name)).toEqual(fieldNames)
    // Nobody is kept from reading oneself.
    const own = fields.find(({ name }) => name === 'exe')?.tries.find(({ owner }) => owner === 'own')
    expect(own?.known).toBeGreaterThan(0)
    expect(crossChecks).toMatchObject([{ oracle: 'ps-list' }, { oracle: 'pidtree' }])
  })
})

describe('where ps says something else', () => {
  const lyingPs = (here: ReturnType<typeof folder>, script: string): void => {
    chmodSync(here.write('ps', `#!/bin/sh\n${script}\n`), 0o755)
    vi.stubEnv('PATH', `${here.path}:${process.env['PATH']}`)
  }
  const real = '/bin/ps "$@"'

  test('a process that is nowhere, and one that is not shown: exit code 1', async () => {
    using here = folder()
    lyingPs(here, `${real} | grep -v "^ *${process.ppid} *${process.pid}\\$"; echo "  1 4194303"`)
    const { code, out } = await shimscope(['doctor'])
    expect(code).toBe(1)
    expect(out).toMatch(/pidtree disagrees about \d+ of \d+ processes/)
    expect(out).toContain(`missing: ${process.pid} is shown here, and not shown there`)
    expect(out).toContain('extra: 4194303')
  })

  test('no ps at all is no disagreement', async () => {
    using here = folder()
    vi.stubEnv('PATH', here.path)
    const { code, out } = await shimscope(['doctor'])
    expect(code).toBe(0)
    expect(out).toContain('ps-list: not compared: ps is not installed')
  })
})

describe('what is not this machine', () => {
  test('a recording: what was denied when it was made', async () => {
    using here = folder()
    const recorded = leakedShim(600)
      .replace(/-- \/proc\/9075\/cwd -> .*\n/, '-- /proc/9075/cwd !EACCES --\n')
      .replace(/-- \/proc\/9075\/cwd facts .*\n/, '-- /proc/9075/cwd facts !EACCES --\n')
    const argv = ['--from', here.write('a.proc', recorded)]
    const { code, out } = await shimscope(['doctor', ...argv])
    expect(code).toBe(0)
    expect(out).toContain('a recording: what it did not record cannot be told')
    expect(out).toContain('ps-list: not compared: a recording has no ps')
    expect(out).toContain('these verdicts stay silent: ')
    const { fields, silent, advice, runtimes } = await diagnosisOf(...argv)
    expect(fields.find(({ name }) => name === 'cwd')).toMatchObject({ sight: 'closed' })
    expect(fields.find(({ name }) => name === 'exe')).toMatchObject({ sight: 'open' })
    expect(silent).toContain('shim-create-aborted')
    expect(advice).toEqual([])
    expect(runtimes).toMatchObject({ daemons: ['containerd'], shims: 1 })
  })

  test('a directory of that shape', async () => {
    using here = folder()
    const files = {
      stat: 'btime 1788220800\n',
      uptime: '600.00 1.00\n',
      'sys/kernel/random/boot_id': '0\n',
      '1/stat': '1 (init) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 0\n',
      '1/cmdline': '/sbin/init\0',
      '1/cgroup': '0::/\n',
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(here.path, name)), { recursive: true })
      here.write(name, text)
    }
    const { code, out } = await shimscope(['doctor', '--path.procfs', here.path, '--path.cgroupfs', here.path])
    expect(code).toBe(0)
    expect(out).toContain('this process is not in it')
    expect(out).toContain('ps shows the pid namespace that it is in')
    expect(out).toContain('shows no cgroups')
    expect(out).toContain('none runs here')
  })
})
