import { expect, it } from 'vitest'
import type { Field } from '../../../src/core/sight/fields.ts'
import { fields } from '../../../src/core/sight/fields.ts'
import { type Archive, impliedListings } from '../../../src/sources/archive.ts'
import { replay, type Scenario, scenarios } from '../../replay.ts'

const errno = { errno: 'EACCES' }

/** A recording has no more than was read; who may not see ns/net asks for the inode of net/unix, which anybody may. */
const unixInodes = ({ entries }: Archive): Archive['facts'] =>
  new Map(
    [...entries].flatMap(([path, entry]) => {
      const [, directory] = /^(\/proc\/\d+)\/ns\/net$/.exec(path) ?? []
      const inode = entry.kind === 'link' ? Number(/\d+/.exec(entry.target)?.[0]) : Number.NaN
      return directory === undefined || Number.isNaN(inode)
        ? []
        : [[`${directory}/net/unix`, { inode, nlink: 1, changedMs: 0 }] as const]
    }),
  )

/** The moment as it is for a reader to whom a field is closed: the files, the links, and the directories that it is. */
function without({ covers }: Field, moment: Archive): Archive {
  const closed = (paths: Iterable<string>) => [...paths].filter((path) => covers.test(path))
  return {
    ...moment,
    entries: new Map([
      ...moment.entries,
      ...closed(moment.entries.keys()).map((path) => [path, { kind: 'error', ...errno }] as const),
    ]),
    facts: new Map([
      ...unixInodes(moment),
      ...moment.facts,
      ...closed(moment.facts.keys()).map((path) => [path, errno] as const),
    ]),
    listings: new Map([
      ...moment.listings,
      ...closed([...moment.listings.keys(), ...impliedListings(moment).keys()]).map((path) => [path, errno] as const),
    ]),
  }
}

/** For every accusation of every recording: its code, and whether it is still made. */
async function accusationsWithout(
  closed: readonly Field[],
  { moments, expected }: Scenario,
): Promise<[string, boolean][]> {
  const { snapshot } = await replay(
    moments.map((moment) => closed.reduce((left, field) => without(field, left), moment)),
  )
  const left = snapshot.verdicts.map(({ code }) => code)
  return expected.map((code) => {
    const at = left.indexOf(code)
    if (at >= 0) left.splice(at, 1)
    return [code, at >= 0]
  })
}

async function costOf(...closed: readonly Field[]): Promise<{ always: string[]; sometimes: string[] }> {
  const made = new Map<string, boolean[]>()
  for (const scenario of scenarios()) {
    for (const [code, isMade] of await accusationsWithout(closed, scenario))
      made.set(code, [...(made.get(code) ?? []), isMade])
  }
  const codes = [...made].filter(([, outcomes]) => outcomes.includes(false)).sort()
  return {
    always: codes.filter(([, outcomes]) => !outcomes.includes(true)).map(([code]) => code),
    sometimes: codes.filter(([, outcomes]) => outcomes.includes(true)).map(([code]) => code),
  }
}

const quoted = (codes: readonly string[]): string => `[${codes.map((code) => `'${code}'`).join(', ')}]`

it('is what the recordings show: -u writes it anew', { timeout: 300_000 }, async () => {
  const rows: string[] = []
  for (const field of fields) {
    const { always, sometimes } = await costOf(field)
    if (always.length + sometimes.length === 0) continue
    rows.push(`  '${field.name}': {\n    always: ${quoted(always)},\n    sometimes: ${quoted(sometimes)},\n  },\n`)
  }
  const text = `import type { FieldName } from '../model/sight.ts'

export interface Silenced {
  readonly always: readonly string[]
  readonly sometimes: readonly string[]
}

/**
 * Verdicts that say nothing where a field is denied: in every recording that raises them, or in some of them. Measured,
 * and not written by hand: test/core/sight/silenced.test.ts closes each field in all recordings.
 */
// biome-ignore format: written by a test
export const silenced: Readonly<Partial<Record<FieldName, Silenced>>> = {
${rows.join('')}}
`
  await expect(text).toMatchFileSnapshot('../../../src/core/sight/silenced.ts')
})

it('a reader without privilege loses no more than each field that is closed to it costs', async () => {
  const closed = fields.filter(({ needs }) => needs.length > 0)
  const costs = await Promise.all(closed.map((field) => costOf(field)))
  const union = new Set(costs.flatMap(({ always, sometimes }) => [...always, ...sometimes]))
  const { always, sometimes } = await costOf(...closed)
  for (const code of [...always, ...sometimes]) expect(union).toContain(code)
})
