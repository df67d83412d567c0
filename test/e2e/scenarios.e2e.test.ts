import { setTimeout as passed } from 'node:timers/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { scenarios } from './scenarios/index.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { Played, Scenario } from './scenarios/scenario.ts'
import { disagreements, expectedLine, told } from './support/agreement.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { recordTo } from './support/recordings.ts'
import { buildForkyTree } from './support/forky.ts'
import { contradictionsOfKernel } from './support/kernel.ts'
import { shimscope, snapshotAsNobody, snapshotOf } from './support/shimscope.ts'
import type { Truth } from './support/truth.ts'
import type { World } from './support/world.ts'

// Most of a scenario is waiting for something to be old enough, which costs no processor.
vi.setConfig({ maxConcurrency: 16, testTimeout: 120_000 })

/** The longest that a rule waits before it believes what it sees, creations apart; and then some. */
const settledMs = 12_000
const patienceMs = 75_000

/** Real runtimes, one isolated node each: shimscope sees there what the runtimes say, and accuses who is at fault. */
describe.skipIf(skipReal()).concurrent('a real node', () => {
  beforeAll(buildForkyTree, 300_000)

  test.for(scenarios.filter(({ fleeting }) => fleeting !== true))('$name', async (scenario) => {
    await playedOut(scenario, async (world, played) => {
      await passed(settledMs)
      await staysAsItIs(world, played)
    })
  })
})

/** What a runtime leaves by itself after seconds is looked at alone: beside others the look itself may take as long. */
describe.skipIf(skipReal())('a moment of a real node', () => {
  test.for(scenarios.filter(({ fleeting }) => fleeting === true))('$name', (scenario) => playedOut(scenario))
})

async function playedOut(
  scenario: Scenario,
  later: (world: World, played: Played) => Promise<void> = async () => {},
): Promise<void> {
  const node = await openNode(scenario.node ?? {})
  try {
    const played = await scenario.play(node)
    await (played.verdicts.length === 0 ? isHealthy : isFoundOut)(node.world, played)
    await recordTo(scenario, played, node.world)
    await later(node.world, played)
  } finally {
    await node.world.close()
  }
}

async function isHealthy(world: World, { truth }: Played): Promise<void> {
  const snapshot = await snapshotOf(world)
  agrees(snapshot, world, truth)
  expect(snapshot.verdicts.map(told)).toEqual([])
  expect(snapshot.shims.filter(({ supervision }) => supervision !== 'managed')).toEqual([])
}

/** Exactly the expected verdicts, in time; and on the way there none that is not among them. */
async function isFoundOut(world: World, { truth, verdicts }: Played): Promise<void> {
  const expected = verdicts.map(expectedLine).sort()
  const deadline = Date.now() + patienceMs
  for (;;) {
    const snapshot = await snapshotOf(world)
    const accused = snapshot.verdicts.map(told).sort()
    agrees(snapshot, world, truth)
    expect(expected).toEqual(expect.arrayContaining(accused))
    if (accused.length === expected.length) {
      for (const { says } of verdicts) {
        if (says !== undefined)
          expect(snapshot.verdicts.map(({ summary }) => summary)).toContainEqual(expect.stringMatching(says))
      }
      return
    }
    if (Date.now() > deadline) expect(accused).toEqual(expected)
    await passed(1000)
  }
}

/** Once there was time to become suspicious: neither more nor less is found, and nothing wrong by who may read little. */
async function staysAsItIs(world: World, { truth, verdicts }: Played): Promise<void> {
  const expected = verdicts.map(expectedLine).sort()
  const { code, stdout } = await shimscope(world, 'verdicts', '--json', '--grace', '0s')
  const found = (JSON.parse(stdout) as Pick<Snapshot, 'verdicts'>).verdicts.map(told).sort()
  expect({ code, found }).toEqual({ code: expected.length === 0 ? 0 : 1, found: expected })
  agrees(await snapshotOf(world), world, truth)
  const { verdicts: unprivileged } = await snapshotAsNobody(world)
  expect(expected).toEqual(expect.arrayContaining(unprivileged.map(told)))
}

function agrees(snapshot: Snapshot, world: World, truth: Truth): void {
  expect(disagreements(snapshot, truth)).toEqual([])
  expect(contradictionsOfKernel(snapshot, world)).toEqual([])
}
