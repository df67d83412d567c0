import { expect, test } from 'vitest'
import type { Archive } from '../src/sources/archive.ts'
import { replay, scenarios } from './replay.ts'

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a clock that is set back between two passes accuses nobody else',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const once = (await replay([moment])).snapshot
    const accused = once.verdicts.map(({ key }) => key)
    for (const byMs of [-86_400_000, -60_000, -1_000]) {
      const { snapshot } = await replay([moment, { ...moment, takenAtMs: moment.takenAtMs + byMs }])
      expect(accused).toEqual(expect.arrayContaining(snapshot.verdicts.map(({ key }) => key)))
    }
  },
)

/** The moment as it is after the clock was set forward: the kernel reckons its boot time from the clock. proc(5), btime */
function setForward(moment: Archive, byMs: number): Archive {
  const stat = moment.entries.get('/proc/stat')
  if (stat?.kind !== 'file') throw new Error('a moment without /proc/stat')
  const text = stat.bytes.toString().replace(/^btime (\d+)/m, (_, at: string) => `btime ${Number(at) + byMs / 1_000}`)
  return {
    ...moment,
    takenAtMs: moment.takenAtMs + byMs,
    entries: new Map([...moment.entries, ['/proc/stat', { kind: 'file', bytes: Buffer.from(text) }]]),
  }
}

test.each(scenarios().filter(({ moments }) => moments.length === 1))(
  '$name: a clock that is set forward between two passes makes nothing older',
  async ({ moments: [moment] }) => {
    if (moment === undefined) throw new Error('a scenario without a moment')
    const firing = async (moments: readonly Archive[]) =>
      (await replay(moments, 30_000)).snapshot.verdicts
        .filter(({ status }) => status === 'firing')
        .map(({ key }) => key)
    const before = await firing([moment])
    expect(before).toEqual(expect.arrayContaining(await firing([moment, setForward(moment, 86_400_000)])))
  },
)
