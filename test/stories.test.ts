import { describe, expect, it } from 'vitest'
import { PassRunner } from '../src/agent/pass-runner.ts'
import type { NodeEvent } from '../src/core/model/event.ts'
import { tellStories } from '../src/core/stories/tell.ts'
import { renderTold } from '../src/outputs/text/stories.ts'
import { archiveSource } from '../src/sources/archive.ts'
import { scenarios, type Scenario } from './replay.ts'

/** Only what was watched for a while has events. */
describe.each(scenarios().filter(({ moments }) => moments.length > 1))('$name', (scenario) => {
  it('is told as it was', async () => {
    const told = tellStories(await eventsOf(scenario)).map(renderTold)
    expect(told).not.toEqual([])
    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(`./golden/${scenario.name}/stories.txt`)
  })
})

async function eventsOf({ moments }: Scenario): Promise<NodeEvent[]> {
  const runner = new PassRunner(archiveSource(moments), { run: 'replay', graceMs: 0 })
  const events: NodeEvent[] = []
  for (;;) {
    const outcome = await runner.next()
    if (outcome === false) return events
    events.push(...(outcome.delta?.events ?? []))
  }
}
