import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStat } from '../../../src/core/procfs/stat.ts'

const after =
  'S 1 812 800 0 -1 1077936384 12075 0 0 0 150 50 0 0 20 0 11 0 275157 1261191168 3298 18446744073709551615 0'
const stat = (comm: Buffer | string, rest = after) =>
  Buffer.concat([Buffer.from('812 ('), Buffer.from(comm), Buffer.from(`) ${rest}\n`)])

describe('parseStat', () => {
  it('reads the fields by their numbers in proc(5)', () => {
    expect(parseStat(stat('containerd-shim'))).toEqual({
      pid: 812,
      comm: 'containerd-shim',
      state: 'S',
      ppid: 1,
      pgrp: 812,
      session: 800,
      kernelThread: false,
      exiting: false,
      cpuTicks: 200,
      threads: 11,
      startTicks: 275157,
      rssPages: 3298,
    })
  })

  it.each([') S 1 (x', ')', '(((', 'a) Z 1 1 1', '\n', ''])('lets no comm forge a field: %j', (comm) => {
    expect(parseStat(stat(comm))).toMatchObject({ comm, state: 'S', ppid: 1, startTicks: 275157 })
  })

  it('survives every comm that fits into 15 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 15 }), (comm) => {
        expect(parseStat(stat(Buffer.from(comm)))).toMatchObject({
          pid: 812,
          ppid: 1,
          startTicks: 275157,
          rssPages: 3298,
        })
      }),
    )
  })

  it('calls a file that was cut short what it is, wherever it was cut', () => {
    const whole = stat('sleep')
    const lastNeeded = whole.toString().indexOf(' 3298') + 1
    fc.assert(
      fc.property(fc.integer({ min: 0, max: lastNeeded }), (length) => {
        expect(parseStat(whole.subarray(0, length))).toBeUndefined()
      }),
    )
  })

  it('tells kernel threads and the dying by their flags', () => {
    expect(parseStat(stat('kworker/0:1', after.replace('1077936384', '69238880')))?.kernelThread).toBe(true)
    expect(parseStat(stat('sleep', after.replace('1077936384', '4195596')))?.exiting).toBe(true)
  })
})
