import { describe, expect, it } from 'vitest'
import type { Archive, Entry } from '../src/sources/archive.ts'
import { apply } from '../src/core/snapshot/apply.ts'
import { diff } from '../src/core/snapshot/diff.ts'
import { replay, scenarios } from './replay.ts'

/** Code and subject, which is all that an accusation is. */
const accusations = async (moments: readonly Archive[]): Promise<string[]> =>
  (await replay(moments)).snapshot.verdicts.map(
    // A daemon that comes and goes has many pids, and where it listens may be what is denied.
    ({ code, subject: { id, pid } }) => (code === 'daemon-restarting' ? code : `${code} ${pid ?? id}`),
  )

/** The same moments with one path answering otherwise in all of them. */
const withEntry = (moments: readonly Archive[], path: string, entry: Entry): Archive[] =>
  moments.map((moment) => {
    if (!moment.entries.has(path)) return moment
    return { ...moment, entries: new Map(moment.entries).set(path, entry) }
  })

const denied: Entry = { kind: 'error', errno: 'EACCES' }
const malformed: Entry = { kind: 'file', bytes: Buffer.from('\u0000?') }
const pathsOf = (moments: readonly Archive[]): string[] => [
  ...new Set(moments.flatMap(({ entries }) => [...entries.keys()])),
]

describe.each(scenarios())('$name', ({ moments, expected }) => {
  it('accuses nobody else when any one reading is denied or malformed', { timeout: 120_000 }, async () => {
    const before = await accusations(moments)
    for (const path of pathsOf(moments)) {
      for (const entry of [denied, malformed]) {
        const after = await accusations(withEntry(moments, path, entry))
        expect(before, `${path} ${entry.kind}`).toEqual(expect.arrayContaining(after))
      }
    }
  })

  it('accuses nobody else when any one listing, or facts of a directory, are denied', {
    timeout: 120_000,
  }, async () => {
    const before = await accusations(moments)
    for (const kind of ['listings', 'facts'] as const) {
      for (const path of new Set(moments.flatMap((moment) => [...moment[kind].keys()]))) {
        if (path === '/proc') continue
        const silenced = moments.map((moment) => ({
          ...moment,
          [kind]: new Map<string, unknown>(moment[kind]).set(path, { errno: 'EACCES' }),
        }))
        expect(before, `${kind} ${path}`).toEqual(expect.arrayContaining(await accusations(silenced)))
      }
    }
  })

  it('accuses nobody else when a whole kind of reading is denied', async () => {
    const before = await accusations(moments)
    const kinds = new Set(pathsOf(moments).map((path) => path.replace(/^\/proc\/\d+\//, '')))
    for (const kind of kinds) {
      const silenced = moments.map((moment) => ({
        ...moment,
        entries: new Map(
          [...moment.entries].map(([path, entry]) => [
            path,
            path.replace(/^\/proc\/\d+\//, '') === kind ? denied : entry,
          ]),
        ),
      }))
      const after = await accusations(silenced)
      expect(before, kind).toEqual(expect.arrayContaining(after))
    }
  })

  it('does not mind the order of the listing, nor a stranger', async () => {
    const before = await accusations(moments)
    const shuffled = moments.map((moment) => ({ ...moment, entries: new Map([...moment.entries].reverse()) }))
    expect((await accusations(shuffled)).sort()).toEqual([...before].sort())
    const stranger = 4_100_000
    const stat = `${stranger} (stranger) S 1 ${stranger} ${stranger} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 0\n`
    const joined = moments.map((moment) => ({
      ...moment,
      entries: new Map(moment.entries)
        .set(`/proc/${stranger}/stat`, { kind: 'file' as const, bytes: Buffer.from(stat) })
        .set(`/proc/${stranger}/cgroup`, { kind: 'file' as const, bytes: Buffer.from('0::/user.slice\n') })
        .set(`/proc/${stranger}/cmdline`, { kind: 'file' as const, bytes: Buffer.from('stranger\0') }),
    }))
    expect((await accusations(joined)).sort()).toEqual([...before].sort())
  })

  it('is reached by the delta from a node where nothing ran, and back', async () => {
    const { snapshot } = await replay(moments)
    const empty = { ...snapshot, seq: 0, daemons: [], shims: [], containers: [], verdicts: [] }
    const there = diff(empty, snapshot)
    const back = diff(snapshot, empty)
    const { daemons, shims, containers, verdicts } = snapshot
    if (there !== undefined) expect(apply(empty, there)).toEqual({ daemons, shims, containers, verdicts })
    if (back !== undefined)
      expect(apply(snapshot, back)).toEqual({ daemons: [], shims: [], containers: [], verdicts: [] })
    expect(expected.length > 0).toBe(verdicts.length > 0)
  })
})
