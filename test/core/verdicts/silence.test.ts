import { expect, it } from 'vitest'
import type { Forest } from '../../../src/core/model/forest.ts'
import type { Past } from '../../../src/core/model/memory.ts'
import type { ProcessSample } from '../../../src/core/model/process.ts'
import { verdictRules } from '../../../src/core/verdicts/index.ts'
import { replay, scenarios } from '../../replay.ts'

/** What is brought up to date in place while a forest stands: usage is asked for through the past, and nowhere else. */
function touched(process: ProcessSample, change: 'usage' | 'state'): ProcessSample {
  switch (change) {
    case 'usage':
      return Object.defineProperty({ ...process }, 'usage', {
        get: () => {
          throw new Error('it asks for usage')
        },
      })
    case 'state':
      return { ...process, state: process.state === 'S' ? 'R' : process.state === 'R' ? 'S' : process.state }
  }
}

async function forestsOf(moments: Parameters<typeof replay>[0], change: 'usage' | 'state') {
  const { memory } = await replay(moments)
  if (memory.grown === null) throw new Error('nothing was grown')
  const { forest } = memory.grown
  let hasAsked = false
  const past: Past = {
    ...memory,
    usageOf: ({ usage }) => {
      hasAsked = true
      return usage
    },
  }
  const silent = verdictRules.filter((rule) => {
    hasAsked = false
    return rule.judge(forest, past).length === 0 && !hasAsked
  })
  // Nodes are what everything else of a forest points at.
  for (const node of forest.tree.nodes.values()) Object.assign(node, { process: touched(node.process, change) })
  const changed: Forest = {
    ...forest,
    host: { ...forest.host, processes: forest.host.processes.map((process) => touched(process, change)) },
  }
  return { silent, changed, past }
}

it.each(scenarios())('$name: a rule that finds nothing finds nothing while the forest stands', async ({ moments }) => {
  for (const change of ['usage', 'state'] as const) {
    const { silent, changed, past } = await forestsOf(moments, change)
    expect(silent.length).toBeGreaterThan(0)
    expect(silent.filter((rule) => rule.judge(changed, past).length > 0)).toEqual([])
  }
})
