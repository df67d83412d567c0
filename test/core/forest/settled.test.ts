import { expect, it } from 'vitest'
import { inspect, interestOf } from '../../../src/core/inspect.ts'
import type { HostSample } from '../../../src/core/model/host.ts'
import { newMemory } from '../../../src/core/model/memory.ts'
import { archiveSource } from '../../../src/sources/archive.ts'
import { Collector } from '../../../src/sources/collect.ts'
import { scenarios } from '../../replay.ts'

const LONG_MS = 3_600_000

/** The last moment of a recording again and again, each an hour after the one before: nothing changes but the time. */
async function* quietly(moments: ReturnType<typeof scenarios>[number]['moments']): AsyncGenerator<HostSample> {
  const last = moments.at(-1)
  if (last === undefined) throw new Error('the recording holds no moment')
  const collector = new Collector(archiveSource([...moments, last, last, last, last]))
  for (let hours = 0; ; hours += 1) {
    const host = await collector.pass(interestOf)
    if (host === false) return
    const laterMs = hours * LONG_MS
    yield { ...host, durationMs: 0, takenAtMs: host.takenAtMs + laterMs, uptimeMs: host.uptimeMs + laterMs }
  }
}

it.each(scenarios())('$name: a forest that stands shows what a new one would', async ({ moments }) => {
  // Measured only once: what is measured is shown, and would be another forest's reason to be shown anew.
  let memory = newMemory({ run: 'quiet', graceMs: 0, measureEveryMs: Number.POSITIVE_INFINITY })
  let stood = 0
  for await (const host of quietly(moments)) {
    const inspection = inspect(host, memory)
    const anew = inspect(host, { ...memory, grown: null })
    expect(inspection.snapshot).toEqual(anew.snapshot)
    expect(inspection.processes()).toEqual(anew.processes())
    if (memory.grown?.forest.containers === inspection.memory.grown?.forest.containers) stood += 1
    memory = inspection.memory
  }
  expect(stood).toBeGreaterThan(0)
})
