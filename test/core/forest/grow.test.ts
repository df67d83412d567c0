import fc from 'fast-check'
import { expect, it } from 'vitest'
import { grow } from '../../../src/core/forest/grow.ts'
import { walk } from '../../../src/core/forest/walk.ts'
import { type ProcessSample, processKey } from '../../../src/core/model/process.ts'
import { gone } from '../../../src/core/model/reading.ts'

const process = (pid: number, ppid: number, startTicks: number): ProcessSample => ({
  key: processKey(pid, startTicks),
  pid,
  ppid,
  startTicks,
  comm: 'x',
  state: 'S',
  pgrp: pid,
  session: pid,
  kernelThread: false,
  exiting: false,
  usage: { cpuTicks: 0, threads: 1, rssPages: 1, readAtMs: 0 },
  cgroup: gone,
  argv: gone,
  detail: undefined,
})

const hosts = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
  .chain((pids) =>
    fc.tuple(
      ...pids.map((pid) => fc.tuple(fc.constant(pid), fc.integer({ min: 0, max: 61 }), fc.integer({ min: 0, max: 4 }))),
    ),
  )
  .map((rows) => rows.map(([pid, ppid, ticks]) => process(pid, ppid, ticks)))

it('has every process once, whatever the parents say', () => {
  fc.assert(
    fc.property(hosts, (processes) => {
      const seen = grow(processes).roots.flatMap((root) => [...walk(root)].map((node) => node.process.key))
      expect(seen.sort()).toEqual(processes.map(({ key }) => key).sort())
    }),
  )
})

it('gives nobody a parent that is younger', () => {
  const tree = grow([process(10, 1, 50), process(11, 10, 40), process(1, 0, 0)])
  expect(tree.byPid.get(11)?.parent).toBeNull()
  expect(tree.byPid.get(10)?.parent?.process.pid).toBe(1)
})

it('does not mind ten thousand levels', () => {
  const chain = Array.from({ length: 10_000 }, (_, at) => process(at + 1, at, at))
  const [root] = grow(chain).roots
  expect(root === undefined ? 0 : [...walk(root)].length).toBe(10_000)
})
