import { describe, expect, test } from 'vitest'
import { scenarios } from './scenarios/index.ts'
import { disagreements, expectedLine, told } from './support/agreement.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { recordTo } from './support/recordings.ts'
import { snapshotOf } from './support/shimscope.ts'

/** Real runtimes, one isolated node each: what shimscope sees there is what the runtimes say, and what it accuses is at fault. */
describe.skipIf(skipReal()).concurrent('a real node', () => {
  test.for(scenarios)('$name', { timeout: 120_000 }, async (scenario) => {
    const node = await openNode(scenario.node ?? {})
    try {
      const { truth, verdicts } = await scenario.play(node)
      const snapshot = await snapshotOf(node.world)
      await recordTo(scenario, node.world)
      expect(disagreements(snapshot, truth)).toEqual([])
      expect(snapshot.verdicts.map(told).sort()).toEqual(verdicts.map(expectedLine).sort())
    } finally {
      await node.world.close()
    }
  })
})
