import { expect, test } from 'vitest'
import { parseCredentials } from '../../../src/core/procfs/credentials.ts'

test('the effective uid and capabilities', () => {
  const status = 'Name:\tcat\nUid:\t1000\t65534\t1000\t1000\nGid:\t0\t0\t0\t0\nCapPrm:\t0\nCapEff:\t0000000000080004\n'
  expect(parseCredentials(status)).toEqual({ uid: 65534, groups: [0], effective: (1n << 19n) | (1n << 2n) })
})

test.each(['', 'Name:\tcat\n', 'Uid:\tx\nCapEff:\tzz\n'])('%j tells nothing', (status) => {
  expect(parseCredentials(status)).toBeUndefined()
})
