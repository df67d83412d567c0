import { describe, expect, it } from 'vitest'
import { parseUnixSockets } from '../../../src/core/procfs/unix-sockets.ts'

const head = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
const socket = '/run/containerd/s/54e4'

describe('parseUnixSockets', () => {
  it('tells the listener, what it accepted, and what waits', () => {
    const rows = parseUnixSockets(
      `${head}0000000000000000: 00000002 00000000 00010000 0001 01 24565 ${socket}\n` +
        `0000000000000000: 00000003 00000000 00000000 0001 03 24570 ${socket}\n` +
        `0000000000000000: 00000003 00000000 00000000 0001 02 0 ${socket}\n`,
    )
    expect(rows?.get(socket)).toEqual([
      { listening: true, state: 1, inode: 24565, references: 2 },
      { listening: false, state: 3, inode: null, references: 3 },
      { listening: false, state: 2, inode: null, references: 3 },
    ])
  })

  it('passes over sockets without a name, and keeps abstract ones', () => {
    const rows = parseUnixSockets(
      `${head}0000000000000000: 00000003 00000000 00000000 0001 03 9005\n` +
        '0000000000000000: 00000002 00000000 00010000 0001 01 24566 @/containerd-shim/moby/1f/shim.sock\n',
    )
    expect([...(rows?.keys() ?? [])]).toEqual(['@/containerd-shim/moby/1f/shim.sock'])
  })

  it('is not fooled by a path that goes on over the line', () => {
    const rows = parseUnixSockets(
      `${head}0000000000000000: 00000002 00000000 00010000 0001 01 7 /tmp/a\nb /run/x.sock\n`,
    )
    expect([...(rows?.keys() ?? [])]).toEqual(['/tmp/a'])
  })

  it('does not understand what is no such table', () => {
    expect(parseUnixSockets('hello')).toBeUndefined()
  })
})
