import { expect, test } from 'vitest'
import { grow } from '../../../src/core/forest/grow.ts'
import type { ProcessSample } from '../../../src/core/model/process.ts'
import { unread } from '../../../src/core/model/reading.ts'
import type { Oracle } from '../../../src/core/model/sight.ts'
import { crossCheck, type OwnPass, ownPass, persisting } from '../../../src/core/sight/cross-check.ts'

const BOOTED = Date.parse('2026-09-01T00:00:00Z')
const processes = (...kin: [pid: number, ppid: number, startTicks?: number][]): ProcessSample[] =>
  kin.map(([pid, ppid, startTicks = pid]) => ({
    key: `${pid}@${startTicks}`,
    pid,
    ppid,
    startTicks,
    comm: 'x',
    state: 'S',
    pgrp: 0,
    session: 0,
    kernelThread: false,
    exiting: false,
    usage: { cpuTicks: 0, threads: 1, rssPages: 0, readAtMs: 0 },
    cgroup: unread,
    argv: unread,
    detail: undefined,
  }))
const pass = (...kin: [number, number, number?][]): OwnPass => ownPass(grow(processes(...kin)), BOOTED)
const oracle = (...kin: [pid: number, ppid: number, startedAtMs?: number][]): Oracle => ({
  name: 'oracle',
  kin: kin.map(([pid, ppid, startedAtMs = null as unknown as number]) => ({ pid, ppid, startedAtMs })),
})
const compare = (before: OwnPass, between: Oracle, after: OwnPass) => {
  const check = crossCheck(before, between, after)
  return 'disagreements' in check ? check.disagreements.map(({ kind, pid }) => `${kind} ${pid}`) : check.skipped
}

const node: [number, number][] = [
  [1, 0],
  [50, 1],
  [60, 1],
]

test('they agree', () => {
  const check = crossCheck(pass(...node), oracle(...node), pass(...node))
  expect(check).toEqual({ oracle: 'oracle', compared: 3, disagreements: [] })
})

test('missing: there all the time, and not shown', () => {
  expect(compare(pass(...node), oracle([1, 0], [50, 1]), pass(...node))).toEqual(['missing 60'])
})

test('extra: shown, and never there', () => {
  expect(compare(pass(...node), oracle(...node, [61, 1]), pass(...node))).toEqual(['extra 61'])
})

test('what came or went in between is in one of ours, and may be shown or not', () => {
  const before = pass(...node, [61, 1])
  const after = pass(...node, [62, 1])
  expect(compare(before, oracle(...node, [61, 1], [62, 1]), after)).toEqual([])
  expect(compare(before, oracle(...node), after)).toEqual([])
})

test('a reused pid is another process, and not compared', () => {
  expect(compare(pass(...node, [61, 50, 200]), oracle(...node, [61, 60]), pass(...node, [61, 1, 300]))).toEqual([])
})

test('parent: as one of ours has it, for a child may be orphaned in between', () => {
  const before = pass(...node, [61, 60])
  const after = pass(...node, [61, 1])
  expect(compare(before, oracle(...node, [61, 60]), after)).toEqual([])
  expect(compare(before, oracle(...node, [61, 1]), after)).toEqual([])
  expect(compare(before, oracle(...node, [61, 50]), after)).toEqual(['parent 61'])
})

test('a parent that nobody shows is none', () => {
  expect(compare(pass([60, 1]), oracle([60, 1]), pass([60, 1]))).toEqual([])
  expect(compare(pass([60, 0]), oracle([60, 1]), pass([60, 0]))).toEqual([])
})

test('start: seconds apart is rounding, more is another process', () => {
  const shown = (ms: number) => oracle([1, 0], [50, 1], [60, 1, BOOTED + 600 + ms])
  expect(compare(pass(...node), shown(1_900), pass(...node))).toEqual([])
  expect(compare(pass(...node), shown(-1_900), pass(...node))).toEqual([])
  expect(compare(pass(...node), shown(2_100), pass(...node))).toEqual(['start 60'])
})

test('what cannot be asked is said, and disagrees with nobody', () => {
  expect(compare(pass(...node), { name: 'oracle', skipped: 'ps is not installed' }, pass(...node))).toBe(
    'ps is not installed',
  )
})

test('only what is wrong each time is wrong', () => {
  const again = (...extra: number[]) =>
    crossCheck(pass(...node), oracle(...node, ...extra.map((pid): [number, number] => [pid, 1])), pass(...node))
  expect(persisting(again(99), [again(61, 99), again(62, 99)])).toMatchObject({
    disagreements: [{ kind: 'extra', pid: 99 }],
  })
  expect(persisting(again(62), [again(61)])).toMatchObject({ disagreements: [] })
})
