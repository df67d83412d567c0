import { procfs } from '@stroncium/procfs'
import { expect, test, vi } from 'vitest'
import { interestOf } from '../../src/core/inspect.ts'
import type { HostSample } from '../../src/core/model/host.ts'
import { askPidtree, askPsList } from '../../src/sources/ask-ps.ts'
import { Collector } from '../../src/sources/collect.ts'
import { liveSource } from '../../src/sources/live.ts'
import { type Child, hostileChildren, hostileNames } from './child.ts'

vi.setConfig({ testTimeout: 180_000 })

/** One pass over the machine that the tests run on. */
async function look(): Promise<HostSample> {
  const host = await new Collector(liveSource({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' })).pass(interestOf)
  if (host === false) throw new Error('the node ended')
  return host
}

/** What lives through both readings, by pid. */
const lasting = (before: HostSample, after: HostSample) => {
  const earlier = new Map(before.processes.map((process) => [process.key, process]))
  return after.processes.flatMap((now) => {
    const then = earlier.get(now.key)
    return then === undefined ? [] : [{ then, now }]
  })
}

async function withChildren(check: (children: readonly Child[]) => Promise<void>): Promise<void> {
  await using family = await hostileChildren()
  await check(family.children)
}

test('@stroncium/procfs reads the same in stat, whatever a process calls itself', () =>
  withChildren(async (children) => {
    const before = await look()
    const theirs = new Map(
      before.processes.flatMap(({ pid }) => {
        try {
          return [[pid, procfs.processStat(pid)] as const]
        } catch {
          return []
        }
      }),
    )
    const both = lasting(before, await look())
    let compared = 0
    for (const { then, now } of both) {
      const other = theirs.get(now.pid)
      if (other === undefined || other.startTicks !== now.startTicks) continue
      compared += 1
      const told = `${now.pid} ${now.comm}`
      // What a process changes while it lives is what it was at one of our readings, or in between.
      expect([then.ppid, now.ppid], told).toContain(other.parent)
      // Kernel workers are renamed by what they work on.
      if (!now.kernelThread && then.comm === now.comm) expect(other.comm, told).toBe(now.comm)
      expect([then.pgrp, now.pgrp], told).toContain(other.processGroup)
      expect([then.session, now.session], told).toContain(other.session)
      const ticks = other.userTicks + other.kernelTicks
      expect(ticks, told).toBeGreaterThanOrEqual(then.usage.cpuTicks)
      expect(ticks, told).toBeLessThanOrEqual(now.usage.cpuTicks)
      expect((other.flags & 0x200000) !== 0, told).toBe(now.kernelThread)
    }
    expect(compared).toBeGreaterThan(children.length)
    for (const [index, { pid }] of children.entries()) {
      const own = both.find(({ now }) => now.pid === pid)?.now
      expect(own).toMatchObject({ ppid: process.pid, usage: { threads: theirs.get(pid)?.threads } })
      // The kernel keeps 15 bytes of a name.
      expect(
        Buffer.from(hostileNames[index] ?? '')
          .subarray(0, 15)
          .toString(),
      ).toBe(own?.comm)
    }
  }))

test('ps-list and pidtree show the same processes with the same parents', () =>
  withChildren(async (children) => {
    for (const ask of [askPsList, askPidtree]) {
      const before = await look()
      const asked = await ask()
      if ('skipped' in asked) throw new Error(asked.skipped)
      const theirs = new Map(asked.rows.map(({ pid, ppid }) => [pid, ppid]))
      const both = lasting(before, await look())
      for (const { then, now } of both) expect([then.ppid, now.ppid], `${now.pid}`).toContain(theirs.get(now.pid))
      for (const { pid } of children) expect(theirs.get(pid)).toBe(process.pid)
    }
  }))
