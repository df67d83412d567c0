import { describe, expect, it } from 'vitest'
import { parseCmdline } from '../../../src/core/procfs/cmdline.ts'
import { parseCgroupEvents, parseFreezerState } from '../../../src/core/procfs/freezer.ts'
import * as host from '../../../src/core/procfs/host-files.ts'
import { parseInodeLink, parseLink } from '../../../src/core/procfs/link.ts'
import { parseInnerPids } from '../../../src/core/procfs/status.ts'

describe('parseCmdline', () => {
  it('keeps empty arguments and does without the last NUL', () => {
    expect(parseCmdline('a\0\0b\0')).toEqual(['a', '', 'b'])
    expect(parseCmdline('renamed itself')).toEqual(['renamed itself'])
    expect(parseCmdline('')).toEqual([])
  })
})

describe('parseLink', () => {
  it('takes the mark of a deleted path off', () => {
    expect(parseLink('/run/x/.1f (deleted)')).toEqual({ path: '/run/x/.1f', deleted: true })
    expect(parseLink('/run/x/1f')).toEqual({ path: '/run/x/1f', deleted: false })
  })

  it('reads inodes of namespaces and sockets only', () => {
    expect(parseInodeLink('pid:[4026531836]')).toBe(4026531836)
    expect(parseInodeLink('socket:[24565]')).toBe(24565)
    expect(parseInodeLink('/dev/null')).toBeUndefined()
  })
})

describe('parseInnerPids', () => {
  it('reads the pid in every namespace', () => {
    expect(parseInnerPids('Name:\tpause\nPid:\t602\nNSpid:\t602\t7\nVmRSS:\t    1328 kB\n')).toEqual([602, 7])
  })

  it.each(['', 'Name:\tx\n', 'Name:\tx\nNSpid:\t60', 'Name:\tx\nNSpid:\tx\n'])('does not understand %j', (text) => {
    expect(parseInnerPids(text)).toBeUndefined()
  })
})

describe('freezers', () => {
  it('read alike on v1 and v2', () => {
    expect(parseFreezerState('FROZEN\n')).toBe('FROZEN')
    expect(parseFreezerState('maybe\n')).toBeUndefined()
    expect(parseCgroupEvents('populated 1\nfrozen 1\n')).toBe('FROZEN')
    expect(parseCgroupEvents('populated 1\nfrozen 0\n')).toBe('THAWED')
    expect(parseCgroupEvents('populated 1\n')).toBe('THAWED')
    expect(parseCgroupEvents('frozen 2\n')).toBeUndefined()
  })
})

describe('files of the host', () => {
  it('say when it booted, how long it runs, and how much', () => {
    expect(host.parseBootTime('cpu 1 2\nbtime 1795258170\nprocesses 9\n')).toBe(1795258170000)
    expect(host.parseUptime('2751.57 5000.00\n')).toBe(2751570)
    expect(host.parseThreadCount('0.10 0.20 0.30 2/9152 32738\n')).toBe(9152)
    expect(host.parsePageBytes('Size: 4 kB\nKernelPageSize:       64 kB\n')).toBe(65536)
    expect(host.parseInteger(' 4194304\n')).toBe(4194304)
  })

  it('are not understood in any other form', () => {
    for (const parse of Object.values(host)) expect(parse('x')).toBeUndefined()
  })
})
