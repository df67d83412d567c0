import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Archive } from '../src/sources/archive.ts'
import { replay, scenarios } from './replay.ts'

/** Of nobody else: daemons that come and go have many pids, so those count by their code. */
const accusations = async (moments: readonly Archive[]): Promise<string[]> =>
  (await replay(moments)).snapshot.verdicts.map(({ code, subject: { id, pid } }) =>
    code === 'daemon-restarting' ? code : `${code} ${pid ?? id}`,
  )

const pidIn = (path: string): number => Number(/^\/proc\/(\d+)(?:\/|$)/.exec(path)?.[1] ?? 0)
const pidsOf = (moments: readonly Archive[]): number[] =>
  [...new Set(moments.flatMap(({ entries }) => [...entries.keys()].map(pidIn)))].filter((pid) => pid > 0)

/** As a procfs with hidepid=2 shows it to whom these processes are hidden from: neither listed nor to be found. */
function without(moments: readonly Archive[], isHidden: (pid: number) => boolean): Archive[] {
  const shown = (path: string) => !isHidden(pidIn(path))
  return moments.map((moment) => ({
    takenAtMs: moment.takenAtMs,
    mayHide: true as const,
    entries: new Map([...moment.entries].filter(([path]) => shown(path))),
    facts: new Map([...moment.facts].filter(([path]) => shown(path))),
    listings: new Map(
      [...moment.listings]
        .filter(([path]) => shown(path))
        .map(([path, names]) => [
          path,
          path === '/proc' && !('errno' in names) ? names.filter((name) => !isHidden(Number(name))) : names,
        ]),
    ),
  }))
}

/** The user of a process, by its status; who has none is a kernel thread, or was not looked at: root's. */
function uidsOf(moments: readonly Archive[]): ReadonlyMap<number, number> {
  const uids = new Map<number, number>()
  for (const { entries } of moments)
    for (const [path, entry] of entries) {
      if (!path.endsWith('/status') || entry.kind !== 'file') continue
      const uid = /^Uid:\s+(\d+)/m.exec(entry.bytes.toString())?.[1]
      if (uid !== undefined) uids.set(pidIn(path), Number(uid))
    }
  return uids
}

describe.each(scenarios())('$name, with processes hidden', ({ moments }) => {
  it('from a user: no verdict that the whole node does not have', async () => {
    const whole = await accusations(moments)
    const uids = uidsOf(moments)
    for (const uid of new Set([...uids.values(), 65_534])) {
      const after = await accusations(without(moments, (pid) => (uids.get(pid) ?? 0) !== uid))
      expect(whole, `user ${uid}`).toEqual(expect.arrayContaining(after))
    }
  })

  it('each alone, and all but each: none either', { timeout: 60_000 }, async () => {
    const whole = await accusations(moments)
    for (const pid of pidsOf(moments).slice(0, 60)) {
      expect(whole, `without ${pid}`).toEqual(
        expect.arrayContaining(await accusations(without(moments, (other) => other === pid))),
      )
      expect(whole, `${pid} alone`).toEqual(
        expect.arrayContaining(await accusations(without(moments, (other) => other !== pid))),
      )
    }
  })

  it('any of them, in any moment: none either', { timeout: 60_000 }, async () => {
    const whole = await accusations(moments)
    const pids = pidsOf(moments)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray(pids), { minLength: 1, maxLength: moments.length }), async (hidden) => {
        // Who is hidden may change from one moment to the next: a process becomes another user's.
        const partly = moments.flatMap((moment, at) => {
          const these = new Set(hidden[at % hidden.length])
          return without([moment], (pid) => these.has(pid))
        })
        expect(whole).toEqual(expect.arrayContaining(await accusations(partly)))
      }),
      { numRuns: Number(process.env['SHIMSCOPE_FUZZ_RUNS'] ?? 25) },
    )
  })
})

it('a liar in a container keeps nothing because the others there are hidden', async () => {
  const tenant = scenarios().find(({ name }) => name === 'lies-of-a-tenant')
  const these = new Set([2050, 2060, 2063, 2067, 2070])
  const found = await accusations(without(tenant?.moments ?? [], (pid) => these.has(pid)))
  expect(found.filter((told) => told !== 'shim-leaked 1500')).toEqual([])
  // The others are there, or nothing would be hidden.
  expect(await accusations(tenant?.moments ?? [])).toEqual(['shim-leaked 1500'])
})
