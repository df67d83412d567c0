import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scenarios } from './scenarios/index.ts'
import { disagreements, expectedLine, told } from './support/agreement.ts'
import { openNode } from './support/node.ts'

describe.concurrent('play', () => {
  test.for(scenarios.filter((s) => new RegExp(process.env['ONLY'] ?? '').test(s.name)))('$name', { timeout: 120_000 }, async (scenario) => {
    const node = await openNode(scenario.node ?? {})
    try {
      const { truth, verdicts } = await scenario.play(node)
      const out = await node.world.run(node.world.hasOwnTree ? 'node' : process.execPath, '/work/main/node_modules/.xdist/mini.js')
      const snapshot = JSON.parse(out)
      const d = disagreements(snapshot, truth)
      const s = snapshot.verdicts.map(told).sort(), e = verdicts.map(expectedLine).sort()
      appendFileSync('/tmp/x/compared.txt', `${scenario.name}: ${d.length + (`${s}` === `${e}` ? 0 : 1) ? JSON.stringify({ d, saw: s, expected: e }, null, 1) : 'ok'}\n`)
      appendFileSync('/tmp/x/snapshots.jsonl', JSON.stringify({ name: scenario.name, snapshot, truth }) + '\n')
      expect([d, s]).toEqual([[], e])
    } finally {
      await node.world.close()
    }
  })
})
