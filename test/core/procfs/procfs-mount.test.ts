import { describe, expect, test } from 'vitest'
import type { ProcfsMount } from '../../../src/core/model/sight.ts'
import { mayHideFrom, parseProcfsMount } from '../../../src/core/procfs/procfs-mount.ts'

const line = (device: string, options: string, { path = '/proc', type = 'proc', optional = '' } = {}): string =>
  `22 27 ${device} / ${path} rw,nosuid,relatime ${optional}- ${type} proc ${options}\n`

test.each([
  ['rw', 'off', 0],
  ['rw,hidepid=0', 'off', 0],
  ['rw,hidepid=off', 'off', 0],
  ['rw,hidepid=2', 'invisible', 0],
  ['rw,gid=4,hidepid=invisible', 'invisible', 4],
  ['rw,hidepid=1', 'noaccess', 0],
  ['rw,hidepid=ptraceable', 'ptraceable', 0],
])('%s', (options, hidepid, gid) => {
  expect(parseProcfsMount(line('0:21', options), '0:21')).toEqual({ hidepid, pidOnly: false, gid })
})

test('by its device, wherever it is mounted, optional fields or not', () => {
  const table =
    line('0:21', 'rw,hidepid=2') +
    line('0:9', 'ro', { path: '/host/proc' }) +
    line('0:33', 'rw,subset=pid', { path: '/a\\040b', optional: 'shared:5 ' })
  expect(parseProcfsMount(table, '0:33')).toEqual({ hidepid: 'off', pidOnly: true, gid: 0 })
  expect(parseProcfsMount(table, '0:9')).toEqual({ hidepid: 'off', pidOnly: false, gid: 0 })
})

test('no procfs is there', () => {
  expect(parseProcfsMount(line('0:21', 'rw', { type: 'tmpfs' }), '0:21')).toBeUndefined()
  expect(parseProcfsMount(line('0:21', 'rw', { path: '/0:4' }), '0:4')).toBeUndefined()
  expect(parseProcfsMount('', '0:21')).toBeUndefined()
})

describe('from whom it may hide processes', () => {
  const nobody = { effective: 0n, groups: [65_534], initialUserNamespace: true }
  const root = { ...nobody, groups: [0] }
  const tracer = { ...nobody, effective: 1n << 19n }
  const mapped = { ...tracer, groups: [0], initialUserNamespace: false }
  const mount = (hidepid: ProcfsMount['hidepid'], gid = 0): ProcfsMount => ({ hidepid, pidOnly: false, gid })
  test.each([
    ['off', mount('off'), []],
    ['noaccess', mount('noaccess'), ['nobody', 'mapped']],
    ['invisible', mount('invisible'), ['nobody', 'mapped']],
    ['invisible, nobody is of its group', mount('invisible', 65_534), ['root', 'mapped']],
    ['ptraceable', mount('ptraceable', 65_534), ['nobody', 'root', 'mapped']],
  ] as const)('%s', (_, given, from) => {
    const readers = { nobody, root, tracer, mapped }
    const kept = Object.entries(readers).filter(([, reader]) => mayHideFrom(given, reader))
    expect(kept.map(([name]) => name)).toEqual(from)
  })
})
