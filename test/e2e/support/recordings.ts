import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import type { Played, Scenario } from '../scenarios/scenario.ts'
import { shimscope } from './shimscope.ts'
import { project, type World } from './world.ts'

/**
 * With SHIMSCOPE_RECORD=1 every scenario becomes a fixture that replays without root, and says what is expected; with
 * SHIMSCOPE_RECORD=DIR it is written there instead.
 */
export async function recordTo(scenario: Scenario, { verdicts }: Played, world: World): Promise<void> {
  const asked = process.env['SHIMSCOPE_RECORD'] ?? ''
  if (asked === '') return
  const file = '/run/world/recording'
  const outcome = await shimscope(world, 'record', file)
  if (outcome.code !== 0) throw new Error(`shimscope record ended with ${outcome.code}: ${outcome.stderr}`)
  const moments = readFileSync(world.path(file), 'utf8').replace(/^(#.*\n)*\n?/, '')
  const story = [
    `Recorded by test/e2e, scenario ${scenario.name}: ${await versions(world)}.`,
    scenario.story,
    `Verdicts: ${verdicts.map(({ code }) => code).join(', ') || 'none'}`,
  ]
  const folder = asked === '1' ? join(project, 'test/recordings') : asked
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${scenario.name}.proc`), `${story.map((line) => `# ${line}\n`).join('')}\n${moments}`)
}

/** The scenarios are told in words; these are the facts of the day. */
async function versions(world: World): Promise<string> {
  const said = await world.run('sh', '-c', 'containerd --version; runc --version; dockerd --version 2>&1 || true')
  const version = (program: string, form: RegExp) => {
    const found = form.exec(said)?.[1]
    return found === undefined ? [] : [`${program} ${found}`]
  }
  return [
    ...version('containerd', /containerd\/containerd\S* v?([\d.]+)/),
    ...version('runc', /runc version ([\d.]+)/),
    ...version('docker', /Docker version ([\d.]+)/),
    `Linux ${release().split('-')[0]}`,
  ].join(', ')
}
