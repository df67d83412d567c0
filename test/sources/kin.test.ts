import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessEvent } from '../../src/core/procfs/process-event.ts'
import { BriefContainers } from '../../src/sources/brief-containers.ts'
import { Kin, type MadeProcesses } from '../../src/sources/kin.ts'
import { Numbering } from '../../src/sources/numbering.ts'
import type { Followed } from '../../src/sources/wake-ups.ts'

const nobody: MadeProcesses = { made: () => {}, began: () => {}, ended: () => {} }
const told = { cpu: 0, seq: 0, atMs: 0 }
const fork = (parent: number, pid: number): ProcessEvent => ({ ...told, what: 'fork', parent, pid, thread: pid })
const exec = (pid: number): ProcessEvent => ({ ...told, what: 'exec', pid, thread: pid })
const exit = (pid: number, parent?: number): ProcessEvent => ({ ...told, what: 'exit', pid, thread: pid, parent })

const [containerd, shim, init] = [10, 20, 30]
const seen = (containers: readonly number[] = [init], execs: readonly number[] = []): Followed => ({
  daemons: [{ pid: containerd }],
  shims: [{ key: `${shim}@1`, pid: shim, bundle: null, bundleDeleted: null }],
  containers: containers.map((initPid) => ({ cgroup: null, initPid, execs })),
})
function kin(followed = seen(), made = nobody): Kin {
  const one = new Kin(made)
  one.follow(followed, 0)
  return one
}

it('ends of daemons, shims, first processes and exec sessions matter, once', () => {
  for (const pid of [containerd, shim, init, 40]) {
    const one = kin(seen([init], [40]))
    expect(one.weigh(exit(pid, 1), 0)).toBe('done')
    expect(one.weigh(exit(pid, 1), 0)).toBeUndefined()
  }
})

it('a first process that becomes its program matters', () => {
  expect(kin().weigh(exec(init), 0)).toBe('done')
})

it('the life of a container that nobody knows yet matters from its engine on', () => {
  const one = kin()
  // runc create, its first stages, and the process that is to become the program; then runc start; then the end.
  const steps: (readonly [ProcessEvent, string | undefined])[] = [
    [fork(shim, 100), undefined],
    [exec(100), 'hint'],
    [fork(100, 101), undefined],
    [exec(101), 'hint'],
    [fork(100, 102), undefined],
    [fork(100, 103), undefined],
    [exit(102, 100), undefined],
    [exit(101, 100), undefined],
    [exit(100, shim), 'hint'],
    [fork(shim, 104), undefined],
    [exec(104), 'hint'],
    [exit(104, shim), 'hint'],
    [exec(103), 'done'],
    [exit(103, shim), 'hint'],
  ]
  expect(steps.map(([event]) => one.weigh(event, 1))).toEqual(steps.map(([, news]) => news))
})

describe('a container that came and went', () => {
  let procfs = ''
  beforeEach(() => {
    procfs = mkdtempSync(join(tmpdir(), 'brief-'))
    mkdirSync(join(procfs, '101'))
    writeFileSync(join(procfs, '101/cgroup'), '7:freezer:/default/c\n0::/default/c\n')
  })
  afterEach(() => rmSync(procfs, { recursive: true, force: true }))

  const life = [fork(shim, 100), fork(100, 101), exit(100, shim), exec(101), exit(101, shim)]
  const lived = (events: readonly ProcessEvent[]) => {
    const brief = new BriefContainers(procfs)
    const one = kin(seen(), brief)
    for (const event of events) one.weigh(event, 0)
    return brief
  }

  it('is counted when no pass has shown it for ten seconds', () => {
    const brief = lived(life)
    expect(brief.count(9_999)).toBe(0)
    expect(brief.count(10_000)).toBe(1)
    expect(brief.count(20_000)).toBe(1)
  })

  it('is not counted when a pass has shown it, or was a session in one that is known', () => {
    for (const container of [
      { initPid: 101, execs: [], cgroup: null },
      { initPid: null, execs: [], cgroup: '/default/c' },
      { initPid: 30, execs: [], cgroup: '/default/c' },
      { initPid: 30, execs: [101], cgroup: '/default/d' },
    ]) {
      const brief = lived(life)
      brief.follow({ containers: [container] })
      expect(brief.count(60_000)).toBe(0)
    }
  })

  it('is none when it never became a program, was not left, or could not be looked at', () => {
    const conmon = life.filter(({ what }) => what !== 'exec')
    const helper = life.filter((event) => event.what !== 'exit' || event.pid !== 100)
    for (const events of [conmon, helper]) expect(lived(events).count(60_000)).toBe(0)
    rmSync(join(procfs, '101'), { recursive: true })
    expect(lived(life).count(60_000)).toBe(0)
  })
})

it('what a container starts does not matter, nor what anybody else does', () => {
  const one = kin()
  const others = [fork(init, 50), exec(50), fork(50, 51), exec(51), exit(51, 50), exit(50, init)]
  const strangers = [fork(1, 60), exec(60), exit(60, 1), exec(containerd + 1), { ...told, what: 'other' } as const]
  const threads = [exec(shim), exit(shim, 1), fork(shim, 70)].map((event) => ({ ...event, thread: 99 }))
  const acks = { ...told, what: 'ack', ack: 1, error: 0 } as const
  for (const event of [...others, ...strangers, ...threads, acks]) expect(one.weigh(event, 0)).toBeUndefined()
})

it('what a shim has started is of interest for ten seconds, and not when it proves to be a container', () => {
  const one = kin()
  one.weigh(fork(shim, 100), 0)
  one.weigh(fork(100, 101), 9_000)
  one.weigh(exit(100, shim), 9_000)
  expect(one.weigh(exec(101), 9_999)).toBe('done')
  expect(one.weigh(exec(101), 10_001)).toBeUndefined()
  one.weigh(fork(shim, 200), 20_000)
  one.weigh(fork(200, 201), 20_000)
  one.follow(seen([init, 201]), 20_000)
  one.weigh(fork(201, 202), 20_000)
  expect(one.weigh(exec(202), 20_000)).toBeUndefined()
})

it('what happened to one between the begin of the pass that found it and its end is told then', () => {
  const one = kin(seen([]))
  expect(one.weigh(exit(init, 1), 0)).toBeUndefined()
  expect(one.follow(seen([init]), 1)).toBe('done')
  // Once: the pass that it began has seen it.
  expect(one.follow(seen([init]), 2)).toBeUndefined()
})

it('no end and no program of whom we know goes unheard, whatever else happens', () => {
  const pid = fc.integer({ min: 1, max: 60 })
  const any = fc.oneof(
    fc.tuple(pid, pid).map(([parent, child]) => fork(parent, child)),
    pid.map(exec),
    fc.tuple(pid, pid).map(([one, parent]) => exit(one, parent)),
  )
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), fc.constantFrom(containerd, shim, init), (noise, whom) => {
      const one = kin()
      for (const event of noise) if (!(event.what === 'exit' && event.pid === whom)) one.weigh(event, 0)
      expect(one.weigh(exec(whom), 0)).toBe('done')
      expect(one.weigh(exit(whom, 1), 0)).toBe('done')
    }),
  )
})

it('after a loss only those count whom a pass has shown', () => {
  const one = kin()
  one.weigh(fork(shim, 100), 0)
  one.forget()
  expect(one.weigh(exec(100), 0)).toBeUndefined()
  expect(one.weigh(exit(init, shim), 0)).toBe('done')
})

it('whatever is missing among the numbers of a processor is counted, over their end too', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { maxLength: 200 }),
      fc.constantFrom(0, 0xffff_fff0),
      (steps, from) => {
        const numbering = new Numbering()
        const next = new Map<number, number>()
        let missing = 0
        for (const [cpu, skipped] of steps) {
          const due = next.get(cpu)
          const seq = ((due ?? from) + (due === undefined ? 0 : skipped)) % 2 ** 32
          if (due !== undefined) missing += skipped
          expect(numbering.skippedBefore({ cpu, seq })).toBe(due !== undefined && skipped > 0)
          next.set(cpu, (seq + 1) % 2 ** 32)
        }
        expect(numbering.lost).toBe(missing)
      },
    ),
  )
})
