import { expect, test } from 'vitest'
import { parseProcfsMount } from '../../../src/core/procfs/procfs-mount.ts'

const line = (path: string, options: string, type = 'proc', optional = ''): string =>
  `22 27 0:21 / ${path} rw,nosuid,relatime ${optional}- ${type} proc ${options}\n`

test.each([
  ['rw', 'off'],
  ['rw,hidepid=0', 'off'],
  ['rw,hidepid=off', 'off'],
  ['rw,hidepid=2', 'invisible'],
  ['rw,gid=4,hidepid=invisible', 'invisible'],
  ['rw,hidepid=1', 'noaccess'],
  ['rw,hidepid=ptraceable', 'ptraceable'],
])('%s', (options, hidepid) => {
  expect(parseProcfsMount(line('/proc', options), '/proc')).toEqual({ hidepid, pidOnly: false })
})

test('what is mounted last lies on top, optional fields or not', () => {
  const table =
    line('/proc', 'rw,hidepid=2') + line('/host/proc', 'ro') + line('/proc', 'rw,subset=pid', 'proc', 'shared:5 ')
  expect(parseProcfsMount(table, '/proc')).toEqual({ hidepid: 'off', pidOnly: true })
  expect(parseProcfsMount(table, '/host/proc')).toEqual({ hidepid: 'off', pidOnly: false })
})

test('no procfs is there', () => {
  expect(parseProcfsMount(line('/proc', 'rw', 'tmpfs'), '/proc')).toBeUndefined()
  expect(parseProcfsMount('', '/proc')).toBeUndefined()
})
