import { describe, expect, it } from 'vitest'
import { parseTcpListeners } from '../../../src/core/procfs/tcp-sockets.ts'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n'

describe('parseTcpListeners', () => {
  it('finds who listens, and nobody who talks', () => {
    const table =
      head +
      '   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 26418 1 ffff8f1c00000000 100 0 0 10 0\n' +
      '   1: 0100007F:1F90 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 27000 1 ffff8f1c00000000 20 4 30 10 -1\n'
    expect(parseTcpListeners(table)).toEqual([{ port: 8080, inode: 26418 }])
  })

  it('reads the table of IPv6', () => {
    const row =
      '   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1811 1 ffff8f1c00000000 100 0 0 10 0\n'
    expect(parseTcpListeners(head + row)).toEqual([{ port: 22, inode: 1811 }])
  })

  it('knows an empty table from none', () => {
    expect(parseTcpListeners(head)).toEqual([])
    expect(parseTcpListeners('')).toBeUndefined()
    expect(parseTcpListeners('\u0000?')).toBeUndefined()
  })
})
