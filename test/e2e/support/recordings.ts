import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
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
  const story = [scenario.story, `Recorded by test/e2e, scenario ${scenario.name}: ${await versions(world)}.`]
  const folder = join(project, 'test/recordings')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${scenario.name}.proc`), `${story.map((line) => `# ${line}\n`).join('')}\n${moments}`)
}

async function versions(world: World): Promise<string> {
  const said = await world.run(
    'sh',
    '-c',
    'containerd --version; runc --version; dockerd --version 2> /dev/null || true',
  )
  const containerd = /containerd\S* v?([\d.]+)/.exec(said)?.[1]
  const runc = /runc version ([\d.]+)/.exec(said)?.[1]
  const docker = /Docker version ([\d.]+)/.exec(said)?.[1]
  const linux = release().split('-')[0]
  return [`containerd ${containerd}`, `runc ${runc}`, ...(docker ? [`docker ${docker}`] : []), `Linux ${linux}`].join(
    ', ',
  )
}
