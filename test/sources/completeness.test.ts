import { expect, test } from 'vitest'
import { type Archive, archiveSource, type Entry } from '../../src/sources/archive.ts'
import { Collector } from '../../src/sources/collect.ts'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import { formatRecording } from '../../src/sources/recording.ts'

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly start?: number
}

const statOf = ({ pid, ppid, start = 100 }: Row): string =>
  `${pid} (p${pid}) S ${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`

const nodeOf = (rows: readonly Row[], more: Record<string, string> = {}): Archive => ({
  takenAtMs: 1_000_000_000,
  entries: new Map<string, Entry>(
    [...rows.map((row) => [`/proc/${row.pid}/stat`, statOf(row)] as const), ...Object.entries(more)].map(
      ([path, text]) => [path, { kind: 'file', bytes: Buffer.from(text) }],
    ),
  ),
  listings: new Map(),
  facts: new Map(),
})

const pass = async (...moments: Archive[]) => {
  const host = await new Collector(archiveSource(moments)).pass(() => new Map())
  if (host === false) throw new Error('there is a moment')
  return host
}

const init = { pid: 1, ppid: 0 }

test.each([
  ['everybody is shown', [init, { pid: 7, ppid: 1 }], true],
  ['one came from an outer pid namespace', [init, { pid: 7, ppid: 0 }], true],
  ['process 1 is not shown', [{ pid: 7, ppid: 0 }], false],
  ['the parent of one is not shown', [init, { pid: 7, ppid: 5 }], false],
  ['nobody is shown', [], false],
] as const)('%s', async (_, rows, complete) => {
  expect((await pass(nodeOf(rows))).complete).toBe(complete)
})

test('a procfs that may hide processes shows no whole, in a recording too', async () => {
  const moment: Archive = { ...nodeOf([init]), mayHide: true }
  expect((await pass(moment)).complete).toBe(false)
  const { moments } = parseRecording(Buffer.from(formatRecording({ story: '', moments: [moment, nodeOf([init])] })))
  expect(moments.map(({ mayHide }) => mayHide)).toEqual([true, undefined])
})

test('a parent that came or went while the list was read hides nobody', async () => {
  const rows: Row[] = [init, { pid: 7, ppid: 5 }]
  const source = archiveSource([nodeOf(rows)])
  const later = archiveSource([nodeOf([init, { pid: 7, ppid: 1 }])])
  await later.begin()
  let reads = 0
  const between = {
    ...source,
    read: (path: string) => (path === '/proc/7/stat' && reads++ > 0 ? later.read(path) : source.read(path)),
  }
  const host = await new Collector(between).pass(() => new Map())
  expect(host).toMatchObject({ complete: true })
  const there = {
    ...archiveSource([nodeOf(rows)]),
    facts: () => ({ kind: 'known' as const, value: { inode: 5, nlink: 9, changedMs: 0 } }),
  }
  expect(await new Collector(there).pass(() => new Map())).toMatchObject({ complete: true })
})

test('where no clock of the kernel can be read, nobody is older than the youngest is surely old', async () => {
  const rows = [init, { pid: 7, ppid: 1, start: 5_000 }]
  expect(await pass(nodeOf(rows))).toMatchObject({ uptimeMs: 50_000, bootedAtMs: 999_950_000 })
  expect(await pass(nodeOf(rows, { '/proc/uptime': '90.5 1.0\n' }))).toMatchObject({ uptimeMs: 90_500 })
})
