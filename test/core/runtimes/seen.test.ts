import { expect, it } from 'vitest'
import { interestOf } from '../../../src/core/inspect.ts'
import { runtimes } from '../../../src/core/runtimes/index.ts'
import { proofOf } from '../../../src/core/runtimes/proof.ts'
import { recognize, recognizer } from '../../../src/core/runtimes/recognize.ts'
import { seen } from '../../../src/core/runtimes/seen.ts'
import { archiveSource } from '../../../src/sources/archive.ts'
import { Collector } from '../../../src/sources/collect.ts'
import { replay, type Scenario, scenarios } from '../../replay.ts'

/** Processes that only say that they are something prove nothing. */
const isHonest = ({ name }: Scenario): boolean => !/\blies\b|pretended/.test(name)

interface Found {
  readonly roles: Set<string>
  readonly relations: Set<string>
  readonly recordings: Set<string>
}

async function count(into: Map<string, Found>, { moments, story }: Scenario): Promise<void> {
  const recognizeOne = recognizer(runtimes)
  const collector = new Collector(archiveSource(moments))
  const here = new Map<string, { role: string; key: string }[]>()
  for (let host = await collector.pass(interestOf); host !== false; host = await collector.pass(interestOf)) {
    const closer = host.processes.filter(({ detail }) => detail !== undefined)
    for (const [key, { runtime, role }] of recognize(closer, recognizeOne))
      here.set(runtime.id, [...(here.get(runtime.id) ?? []), { role, key }])
  }
  const { snapshot } = await replay(moments)
  for (const [id, found] of here) {
    const counts = into.get(id) ?? { roles: new Set(), relations: new Set(), recordings: new Set() }
    into.set(id, counts)
    counts.recordings.add(/^Constructed: /m.test(story) ? 'constructed' : 'real')
    for (const { role, key } of found) {
      counts.roles.add(role)
      const shim = snapshot.shims.find((candidate) => candidate.key === key)
      if (shim !== undefined) counts.relations.add(shim.relation)
    }
  }
}

it('is what the recordings show: -u writes it anew', { timeout: 60_000 }, async () => {
  const counts = new Map<string, Found>()
  for (const scenario of scenarios().filter(isHonest)) await count(counts, scenario)
  const list = (words: Iterable<string>) =>
    `[${[...words]
      .sort()
      .map((word) => `'${word}'`)
      .join(', ')}]`
  const rows = runtimes.flatMap(({ id }) => {
    const found = counts.get(id)
    if (found === undefined) return []
    const { roles, relations, recordings } = found
    return `  '${id}': { roles: ${list(roles)}, relations: ${list(relations)}, recordings: ${list(recordings)} },\n`
  })
  const text = `export interface Seen {
  readonly roles: readonly string[]
  /** Of what was seen as a shim, at the end of each recording. */
  readonly relations: readonly string[]
  /** Of real nodes, or constructed. */
  readonly recordings: readonly string[]
}

/** What the recordings show of each runtime. Found, and not written by hand: test/core/runtimes/seen.test.ts looks into all. */
// biome-ignore format: written by a test
export const seen: Readonly<Record<string, Seen>> = {
${rows.join('')}}
`
  await expect(text).toMatchFileSnapshot('../../../src/core/runtimes/seen.ts')
})

it.each(runtimes.map((runtime) => [runtime.id, runtime] as const))(
  '%s is in a recording, and no cell is empty',
  (id, runtime) => {
    expect(Object.keys(seen)).toContain(id)
    for (const cell of Object.values(proofOf(runtime))) expect(cell).toMatch(/^(?!never)./)
  },
)

it('ids are their own', () => {
  expect(new Set(runtimes.map(({ id }) => id)).size).toBe(runtimes.length)
})
