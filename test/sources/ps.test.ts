import { describe, expect, test, vi } from 'vitest'
import { inspectOnce } from '../../src/agent/run-passes.ts'
import { interestOf } from '../../src/core/inspect.ts'
import type { HostSample } from '../../src/core/model/host.ts'
import { archiveSource } from '../../src/sources/archive.ts'
import { Collector } from '../../src/sources/collect.ts'
import { liveSource } from '../../src/sources/live.ts'
import { psSource, type PsRow } from '../../src/sources/ps.ts'
import { renderTree } from '../../src/outputs/text/tree.ts'
import { folder } from '../commands/world.ts'
import { scenarios } from '../replay.ts'
import { child, hostileNames } from './child.ts'
import { busybox } from './programs.ts'

vi.setConfig({ testTimeout: 180_000 })

const graceMs = 0

async function hostOf(rows: readonly PsRow[]): Promise<HostSample> {
  const host = await new Collector(psSource(async () => rows)).pass(interestOf)
  if (host === false) throw new Error('ps never ends')
  return host
}

describe('this machine through ps', () => {
  test('is the tree that its procfs shows', async () => {
    await using own = await child('sleep 3600 & :', 'a name')
    const through = await new Collector(psSource()).pass(interestOf)
    const live = await new Collector(liveSource({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' })).pass(interestOf)
    if (through === false || live === false) throw new Error('the node ended')
    const parents = new Map(live.processes.map(({ pid, ppid }) => [pid, ppid]))
    const lasting = through.processes.filter(({ pid }) => parents.has(pid))
    expect(lasting.length).toBeGreaterThan(2)
    for (const { pid, ppid } of lasting) expect(ppid, `${pid}`).toBe(parents.get(pid))
    expect(through.processes.find(({ pid }) => pid === own.pid)).toMatchObject({ ppid: process.pid })
    expect(through.processes.filter(({ ppid }) => ppid === own.pid)).toHaveLength(1)
    const kernelThreads = (host: HostSample) => host.processes.filter(({ kernelThread }) => kernelThread).length
    expect(kernelThreads(through) > 0).toBe(kernelThreads(live) > 0)
  })

  test('keeps the identity of a process from look to look', async () => {
    const collector = new Collector(psSource())
    const keys = async () => {
      const host = await collector.pass(interestOf)
      if (host === false) throw new Error('the node ended')
      return new Map(host.processes.map(({ pid, key }) => [pid, key]))
    }
    const before = await keys()
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const after = await keys()
    const both = [...after].filter(([pid]) => before.has(pid))
    expect(both.filter(([pid, key]) => before.get(pid) !== key)).toEqual([])
    expect(both.length).toBeGreaterThan(2)
  })

  test.skipIf(busybox === undefined)('is bare where ps is BusyBox: parents, and no names', async () => {
    using here = folder()
    const { symlinkSync } = await import('node:fs')
    symlinkSync(busybox ?? '', `${here.path}/ps`)
    vi.stubEnv('PATH', here.path)
    try {
      const { snapshot, processes } = await inspectOnce(psSource(), { graceMs })
      expect(processes.find(({ pid }) => pid === process.pid)).toMatchObject({ ppid: process.ppid, comm: '?' })
      expect(snapshot.verdicts).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('without ps: one sentence and the next step', async () => {
    using here = folder()
    vi.stubEnv('PATH', here.path)
    await expect(inspectOnce(psSource(), { graceMs })).rejects.toThrow(
      '--source ps: ps is not installed; install procps, or leave the option out',
    )
    vi.unstubAllEnvs()
  })
})

describe('what ps does not show', () => {
  const id = 'ab'.repeat(32)
  const shim = `/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ${id} -address /run/containerd/containerd.sock`
  const startTime = new Date(Date.now() - 60_000)
  const rows: readonly PsRow[] = [
    { pid: 1, ppid: 0, name: 'systemd', cmd: '/sbin/init', startTime },
    { pid: 2, ppid: 0, name: 'kthreadd', cmd: '[kthreadd]', startTime },
    { pid: 3, ppid: 2, name: 'kworker/0:0', cmd: '[kworker/0:0]', startTime },
    { pid: 10, ppid: 1, name: 'containerd', cmd: '/usr/bin/containerd', startTime },
    { pid: 20, ppid: 1, name: 'containerd-shim-runc-v2', cmd: shim, startTime },
    // A second younger, as ps says it: rounding does not part them.
    { pid: 21, ppid: 20, name: 'pause', cmd: '/pause', startTime: new Date(startTime.getTime() - 1_000) },
    { pid: 22, ppid: 20, name: 'app', cmd: '/app --port 1', startTime },
    { pid: 23, ppid: 22, name: 'sh', cmd: '[sh] <defunct>', startTime },
  ]

  test('is denied, not gone, and not known is null', async () => {
    const host = await hostOf(rows)
    expect(host.source).toBe('ps')
    expect(host.processes.find(({ pid }) => pid === 20)?.cgroup).toEqual({ kind: 'denied' })
    expect(host.processes.filter(({ kernelThread }) => kernelThread).map(({ pid }) => pid)).toEqual([2, 3])
    const { snapshot, processes } = await inspectOnce(
      psSource(async () => rows),
      { graceMs },
    )
    expect(snapshot.pass).toMatchObject({ source: 'ps', processes: 8 })
    expect(snapshot.shims).toMatchObject([
      {
        pid: 20,
        id,
        supervision: 'unknown',
        relation: 'pod',
        bundle: null,
        bundleDeleted: null,
        connections: null,
        threads: null,
        cpuSeconds: null,
        rssBytes: null,
      },
    ])
    expect(snapshot.verdicts).toEqual([])
    expect(processes.find(({ pid }) => pid === 22)).toMatchObject({
      state: '?',
      threads: null,
      argv: ['/app', '--port', '1'],
    })
    expect(processes.find(({ pid }) => pid === 23)).toMatchObject({ state: '?', argv: [] })
    const text = renderTree({ ...snapshot, processes }, { color: false, width: null, charset: 'utf8' })
    expect(text).toContain('verdicts are not judged by what ps prints')
    expect(text).toContain('├─ 21  /pause')
    expect(text).toContain('   └─ 23  [sh]')
    expect(text).not.toContain('no verdicts')
  })

  test.each(hostileNames)('a name cannot forge a line: %j', async (name) => {
    const host = await hostOf([...rows, { pid: 30, ppid: 1, name, cmd: name, startTime }])
    expect(host.processes).toHaveLength(rows.length + 1)
    expect(host.processes.find(({ pid }) => pid === 30)).toMatchObject({ ppid: 1, state: '?' })
  })
})

/** What ps would have printed on the node of a recording. */
async function rowsOfRecording(moments: Parameters<typeof archiveSource>[0]): Promise<PsRow[]> {
  const collector = new Collector(archiveSource(moments))
  let last: HostSample | undefined
  for (let host = await collector.pass(interestOf); host !== false; host = await collector.pass(interestOf)) last = host
  return (last?.processes ?? []).map(({ pid, ppid, comm, argv, state, startTicks }) => ({
    pid,
    ppid,
    name: comm,
    cmd:
      argv.kind === 'known' && argv.value.length > 0
        ? argv.value.join(' ')
        : `[${comm}]${state === 'Z' ? ' <defunct>' : ''}`,
    startTime: new Date((last?.bootedAtMs ?? 0) + startTicks * 10),
  }))
}

test.each(scenarios())('$name, through ps, accuses nobody', async ({ moments }) => {
  const rows = await rowsOfRecording(moments)
  const { snapshot, processes } = await inspectOnce(
    psSource(async () => rows),
    { graceMs: 0 },
  )
  expect(snapshot.verdicts).toEqual([])
  expect(snapshot.shims.filter(({ supervision }) => supervision === 'orphaned')).toEqual([])
  expect(processes).toHaveLength(
    rows.length - rows.filter(({ cmd, ppid }) => ppid === 2 && cmd?.startsWith('[')).length,
  )
})
