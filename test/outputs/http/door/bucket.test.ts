import { expect, test } from 'vitest'
import { Bucket, bucketsByAddress } from '../../../../src/outputs/http/door/bucket.ts'

const limit = { intervalMs: 100, burst: 3 }

test('a burst, then one for each interval', () => {
  const bucket = new Bucket(limit, 0)
  expect([0, 0, 0, 0, 99, 100, 100, 450].map((atMs) => bucket.take(atMs))).toEqual([
    ...[true, true, true, false],
    ...[false, true, false, true],
  ])
})

test('a clock that goes back gives nothing and takes nothing', () => {
  const bucket = new Bucket(limit, 1_000)
  expect([bucket.take(1_000), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, true, false])
})

test('each address has its own, also when very many come', () => {
  const take = bucketsByAddress(limit)
  for (let tries = 0; tries < 3; tries += 1) expect(take('a', 0)).toBe(true)
  expect(take('a', 0)).toBe(false)
  expect(take('b', 0)).toBe(true)
  for (let address = 0; address < 4_000; address += 1) expect(take(`x${address}`, 1)).toBe(true)
  expect(take('a', 1)).toBe(false)
})
