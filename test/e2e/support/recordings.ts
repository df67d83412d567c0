import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../scenarios/scenario.ts'
import { shimscope } from './shimscope.ts'
import { project, type World } from './world.ts'

/** With SHIMSCOPE_RECORD=1 every scenario becomes a fixture that replays without root. */
export async function recordTo(scenario: Scenario, world: World): Promise<void> {
  if (process.env['SHIMSCOPE_RECORD'] !== '1') return
  const file = join(world.shared, 'recording')
  const outcome = await shimscope(world, 'record', file)
  if (outcome.code !== 0) throw new Error(`shimscope record ended with ${outcome.code}: ${outcome.stderr}`)
  const moments = readFileSync(file, 'utf8').replace(/^(#.*\n)*\n?/, '')
  const story = `Recorded by test/e2e, scenario ${scenario.name}.\n${scenario.story}`
  const head = story.split('\n').map((line) => `# ${line}\n`)
  writeFileSync(join(project, 'test/recordings', `${scenario.name}.proc`), `${head.join('')}\n${moments}`)
}
