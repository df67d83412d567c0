import { describe, expect, it } from 'vitest'
import type { Agent, Pass } from '../src/agent/agent.ts'
import { Counter } from '../src/agent/counts.ts'
import type { Inspection } from '../src/core/inspect.ts'
import { verdictRules } from '../src/core/verdicts/index.ts'
import { createExposition } from '../src/outputs/metrics/exposition.ts'
import { renderTree } from '../src/outputs/text/tree.ts'
import { renderVerdicts } from '../src/outputs/text/verdicts.ts'
import { replay, scenarios } from './replay.ts'

const style = { color: false, width: 160, charset: 'utf8' as const }

describe.each(scenarios())('$name', ({ name, expected, moments }) => {
  it('raises what its story says, and no more', async () => {
    const { snapshot } = await replay(moments)
    expect(snapshot.verdicts.map(({ code }) => code).sort()).toEqual(expected)
    expect(snapshot.verdicts.filter(({ status }) => status !== 'firing')).toEqual([])
  })

  it('names nothing twice', async () => {
    const { snapshot } = await replay(moments)
    for (const collection of ['daemons', 'shims', 'containers', 'verdicts'] as const) {
      const keys = snapshot[collection].map(({ key }) => key as string)
      expect(keys).toEqual([...new Set(keys)].sort())
    }
  })

  it('gives every verdict evidence, a next step and what it resembles', async () => {
    const { snapshot } = await replay(moments)
    for (const verdict of snapshot.verdicts) {
      expect(verdict.evidence.length).toBeGreaterThan(0)
      expect(verdict.next).not.toBe('')
      expect(verdict.resembles.length).toBeGreaterThan(0)
    }
  })

  it('looks as it did', async () => {
    const inspection = await replay(moments)
    const { snapshot } = inspection
    const golden = (file: string) => `./golden/${name}/${file}.txt`
    await expect(renderTree({ ...snapshot, processes: inspection.processes() }, style)).toMatchFileSnapshot(
      golden('tree'),
    )
    await expect(renderVerdicts(snapshot, style)).toMatchFileSnapshot(golden('verdicts'))
    await expect(await metricsOf(inspection)).toMatchFileSnapshot(golden('metrics'))
  })
})

/** What a scrape would show of this one pass, without the agent's own cost. */
async function metricsOf({ snapshot, zombies }: Inspection): Promise<string> {
  const pass: Pass = {
    snapshot,
    facts: { pidMax: null, zombies, audit: { rounds: 0, differences: {} } },
    delta: undefined,
  }
  const counter = new Counter()
  counter.passed(pass)
  const agent: Agent = {
    intervalMs: 2_000,
    latest: () => pass,
    health: () => ({ lastPassAtMs: Date.parse(snapshot.takenAt), failure: undefined }),
    counts: () => ({ ...counter.counts, wakeUps: undefined }),
    deltasSince: () => undefined,
    events: () => [],
    processes: async () => [],
    subscribe: () => () => {},
  }
  const exposition = createExposition({
    agent,
    version: '0.0.0',
    verdictTable: verdictRules,
    live: () => ({ clients: 0, resyncs: 0 }),
  })
  const { body } = await exposition.render('text/plain')
  return body
    .split('\n')
    .filter((line) =>
      /^shimscope_(?:shims|containers|chains|daemons|verdicts|verdict_info|zombies|processes|threads|shim_threads)\b/.test(
        line,
      ),
    )
    .filter((line) => !line.endsWith(' 0'))
    .join('\n')
}
