import { expect, it } from 'vitest'
import type { Archive, Entry } from '../../../src/sources/archive.ts'
import { replay, scenarios } from '../../replay.ts'

/** What a process answers that ends between two of our readings. */
const ended: Entry = { kind: 'error', errno: 'ESRCH' }

/** Containers that have stopped, beside somebody else whom their shim keeps and who may end at any time. */
const cases = await Promise.all(
  scenarios().map(async ({ name, moments }) => {
    const { snapshot, processes } = await replay(moments)
    const stopped = snapshot.containers.filter(({ state, initPid }) => state === 'stopped' && initPid === null)
    // Of a shim in a pid namespace of its own the pids are told by that one file alone.
    const shims = snapshot.shims.filter(
      ({ within, key }) => within === null && stopped.some(({ shim }) => shim === key),
    )
    const pids = processes().flatMap(({ pid, ppid }) => (shims.some((shim) => shim.pid === ppid) ? [pid] : []))
    return { name, moments, pids }
  }),
)
const beside = cases.filter(({ pids }) => pids.length > 0)

it('there are such recordings', () => expect(beside.length).toBeGreaterThan(1))

it.each(beside)('$name: what has stopped has stopped, whoever ends meanwhile', async ({ moments, pids }) => {
  const statesOf = async (all: readonly Archive[]) =>
    (await replay(all)).snapshot.containers.filter(({ shim }) => shim !== null).map(({ key, state }) => [key, state])
  const before = await statesOf(moments)
  for (const pid of pids) {
    const dying = moments.map((moment) => ({
      ...moment,
      entries: new Map(moment.entries).set(`/proc/${pid}/status`, ended),
    }))
    expect(await statesOf(dying), `pid ${pid}`).toEqual(before)
  }
})
