import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wakeUpsBy } from '../../src/sources/choose-wake-ups.ts'
import { connectorWakeUps, tryConnector } from '../../src/sources/connector.ts'
import { severalWakeUps } from '../../src/sources/several-wake-ups.ts'
import type { News, SourceCounts, WakeUps } from '../../src/sources/wake-ups.ts'

/** A directory of procfs's shape that says of this process what is due. */
let procfs = ''
beforeEach(() => {
  procfs = mkdtempSync(join(tmpdir(), 'connector-'))
})
afterEach(() => rmSync(procfs, { recursive: true, force: true }))

function describeSelf({ pid = process.pid, pidNamespace = 0xeffffffc, userNamespace = 0xeffffffd }) {
  mkdirSync(join(procfs, `${pid}/ns`), { recursive: true })
  symlinkSync(String(pid), join(procfs, 'self'))
  symlinkSync(`pid:[${pidNamespace}]`, join(procfs, `${pid}/ns/pid`))
  symlinkSync(`user:[${userNamespace}]`, join(procfs, `${pid}/ns/user`))
}

describe('where the connector is not to be had', () => {
  it.each([
    ['the procfs is of other pids', { pid: process.pid + 1 }, 'procfs'],
    ['of a pid namespace within', { pidNamespace: 1 }, 'namespaces'],
    ['of a user namespace within', { userNamespace: 1 }, 'namespaces'],
    ['of a network namespace within', {}, 'network-namespace'],
  ])('%s: it is not tried, and said why', (_, self, obstacle) => {
    describeSelf(self)
    expect(tryConnector({ procfs })).toBe(obstacle)
    expect(connectorWakeUps({ procfs })).toBe(obstacle)
  })

  it.each(['auto', 'connector', 'inotify'] as const)('%s is inotify', (choice) => {
    mkdirSync(join(procfs, 'freezer'))
    const wakeUps = wakeUpsBy(choice, { procfs, cgroupfs: procfs })
    wakeUps?.start(() => {})
    expect(wakeUps?.counts()).toMatchObject({ events: { cgroup: 0, bundle: 0 }, watched: { cgroup: 1 } })
    expect(wakeUps?.counts().processEvents).toBeUndefined()
    wakeUps?.close()
  })

  it('off is nothing', () => {
    expect(wakeUpsBy('off', { procfs, cgroupfs: procfs })).toBeUndefined()
  })
})

it('several are one: each hears of all that is followed, what one hears is told, and counts are added', () => {
  const followed: string[] = []
  const listeners: ((news: News) => void)[] = []
  const plug = (name: string, counts: SourceCounts): WakeUps => ({
    start: (wake) => listeners.push(wake),
    follow: () => followed.push(name),
    counts: () => counts,
    close: () => followed.push(`${name} closed`),
  })
  const both = severalWakeUps(
    plug('a', {
      events: { process: 3 },
      watched: {},
      refused: new Map(),
      overflows: 1,
      processEvents: { heard: 9, lost: 2, briefContainers: 1 },
    }),
    plug('b', {
      events: { cgroup: 1, bundle: 0 },
      watched: { cgroup: 5, bundle: 1 },
      refused: new Map([['ENOSPC', 2]]),
      overflows: 2,
    }),
  )
  const woke: News[] = []
  both.start((news) => woke.push(news))
  both.follow({ daemons: [], shims: [], containers: [] })
  for (const wake of listeners) wake('done')
  both.close()
  expect(woke).toEqual(['done', 'hint'])
  expect(followed).toEqual(['a', 'b', 'a closed', 'b closed'])
  expect(both.counts()).toEqual({
    events: { process: 3, cgroup: 1, bundle: 0 },
    watched: { cgroup: 5, bundle: 1 },
    refused: new Map([['ENOSPC', 2]]),
    overflows: 3,
    processEvents: { heard: 9, lost: 2, briefContainers: 1 },
  })
})
