import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Archive, Entry } from '../../src/sources/archive.ts'
import { nest } from '../../src/core/snapshot/nest.ts'
import { renderTree } from '../../src/outputs/text/tree.ts'
import { replay, scenarios } from '../replay.ts'
import { changed, RUNS } from './inputs.ts'

const recorded = scenarios().filter(({ moments }) => moments.length === 1 && (moments[0]?.entries.size ?? 0) < 400)

/** A recorded node of which some files hold something else. */
const spoilt: fc.Arbitrary<Archive> = fc.constantFrom(...recorded).chain(({ moments: [moment] }) => {
  const { entries } = moment as Archive
  const files = [...entries].flatMap(([path, entry]) => (entry.kind === 'file' ? [{ path, bytes: entry.bytes }] : []))
  const others: fc.Arbitrary<Entry> = fc.oneof(
    changed(files.map(({ bytes }) => bytes)).map((bytes) => ({ kind: 'file' as const, bytes })),
    fc.string({ unit: 'binary' }).map((target) => ({ kind: 'link' as const, target })),
    fc.constantFrom('EACCES', 'ENOENT', 'ESRCH', 'EIO', 'ELOOP').map((errno) => ({ kind: 'error' as const, errno })),
  )
  return fc
    .array(fc.tuple(fc.constantFrom(...entries.keys()), others), { minLength: 1, maxLength: 8 })
    .map((changes) => ({ ...(moment as Archive), entries: new Map([...entries, ...changes]) }))
})

test('a node whose files hold anything is inspected and drawn, every process once', {
  timeout: 3_600_000,
}, async () => {
  expect(recorded.length).toBeGreaterThan(50)
  await fc.assert(
    fc.asyncProperty(spoilt, async (moment) => {
      const { snapshot, processes } = await replay([moment])
      const shown = processes()
      expect(new Set(shown.map(({ key }) => key)).size).toBe(shown.length)
      nest(snapshot)
      const text = renderTree(
        { ...snapshot, processes: shown },
        { color: false, width: 120, charset: 'utf8', query: '1' },
      )
      // Nothing that a process wrote steers a terminal.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
      expect(text ?? '').not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }),
    { numRuns: RUNS },
  )
})
