import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isListening, socketUse } from '../../../src/core/forest/sockets.ts'
import type { HostSample } from '../../../src/core/model/host.ts'
import type { ProcessSample } from '../../../src/core/model/process.ts'
import { denied, known } from '../../../src/core/model/reading.ts'
import { saysTheSame, type UnixRow, type UnixRows } from '../../../src/core/model/unix-table.ts'

const journal = '/run/systemd/journal/stdout'
const first = '/run/containerd/s/aa'
const second = '/var/run/containerd/s/bb'

const listener = (inode: number): UnixRow => ({ listening: true, state: 1, inode, references: 2 })
const connection = (references = 3, state = 3): UnixRow => ({ listening: false, state, inode: null, references })
const rowsOf = (rows: Readonly<Record<string, readonly UnixRow[]>>): UnixRows => new Map(Object.entries(rows))

/** Where a shim's socket may be, and who is connected to it. */
function useIn(rows: UnixRows, candidates: readonly string[] = [first, '/run/containerd/s/bb']) {
  const host = { unixTables: [{ id: 7, source: '/proc/1/net/unix', rows: known(rows) }] } as unknown as HostSample
  return socketUse(host, { detail: { unixTable: known(7) } } as unknown as ProcessSample, candidates)
}

describe('a table of Unix sockets that is read again', () => {
  const quiet = () => rowsOf({ [journal]: [listener(1), connection()], [first]: [listener(2), connection()] })

  it('says the same while connections come and go that nobody counted', () => {
    const earlier = quiet()
    useIn(earlier)
    const now = rowsOf({ [journal]: [connection(), listener(1), connection()], [first]: [listener(2), connection()] })
    expect(saysTheSame(known(earlier), known(now))).toBe(true)
  })

  it.each([
    ['a connection to a shim', { [journal]: [listener(1)], [first]: [listener(2), connection(), connection()] }],
    ['a connection that its peer has left', { [journal]: [listener(1)], [first]: [listener(2), connection(2)] }],
    ['a new listener', { [journal]: [listener(1)], [first]: [listener(2), connection()], '/run/new': [listener(3)] }],
    ['another one at the same path', { [journal]: [listener(3)], [first]: [listener(2), connection()] }],
    ['one that is gone', { [first]: [listener(2), connection()] }],
  ])('says something else after %s', (_, rows) => {
    const earlier = quiet()
    useIn(earlier)
    expect(saysTheSame(known(earlier), known(rowsOf(rows)))).toBe(false)
  })

  it('says something else when it can no longer be read', () => {
    expect(saysTheSame(known(quiet()), denied)).toBe(false)
    expect(saysTheSame(denied, denied)).toBe(true)
  })

  it('whatever it shows: where it says the same, who asks is told the same', () => {
    const row = fc.oneof(
      fc.integer({ min: 1, max: 4 }).map(listener),
      fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 })).map((both) => connection(...both)),
    )
    const place = fc.constantFrom(journal, first, second)
    const tables = fc
      .dictionary(place, fc.array(row, { minLength: 1, maxLength: 3 }), { noNullPrototype: true })
      .map(rowsOf)
    let same = 0
    fc.assert(
      fc.property(tables, tables, (earlier, now) => {
        const told = useIn(earlier)
        if (!saysTheSame(known(earlier), known(now))) return
        same += 1
        expect(useIn(now)).toEqual(told)
        for (const path of [journal, first, second]) expect(isListening(now, path)).toBe(isListening(earlier, path))
      }),
      { numRuns: 20_000 },
    )
    expect(same).toBeGreaterThan(100)
  })
})
