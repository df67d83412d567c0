import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import type { Played, Scenario } from '../scenarios/scenario.ts'
import { forkyTree } from './forky.ts'
import { shimscope } from './shimscope.ts'
import { project, type World } from './world.ts'

/**
 * With SHIMSCOPE_RECORD=1 every scenario becomes a fixture that replays without root, and says what is expected; with
 * SHIMSCOPE_RECORD=DIR it is written there instead.
 */
export async function recordTo(
  scenario: Pick<Scenario, 'name' | 'story'>,
  { verdicts }: Pick<Played, 'verdicts'>,
  world: World,
): Promise<void> {
  const codes = verdicts.map(({ code }) => code)
  if (asked() !== '') await writeRecording(scenario, codes, await momentOf(world), world)
}

/** Gives what was recorded in a world its story, and keeps it where it was asked for. */
export async function keepRecording(
  scenario: Pick<Scenario, 'name' | 'story'>,
  { verdicts }: Pick<Played, 'verdicts'>,
  world: World,
  file: string,
): Promise<void> {
  const codes = verdicts.map(({ code }) => code)
  await writeRecording(scenario, codes, recordedIn(world, file), world)
}

/** What `shimscope record` writes of this moment, without a story. */
export async function momentOf(world: World): Promise<string> {
  moments += 1
  const file = `/run/world/recording-${moments}`
  const outcome = await shimscope(world, 'record', file)
  if (outcome.code !== 0) throw new Error(`shimscope record ended with ${outcome.code}: ${outcome.stderr}`)
  return recordedIn(world, file)
}

function recordedIn(world: World, file: string): string {
  return withoutOurMachine(readFileSync(world.path(file), 'utf8').replace(/^(#.*\n)*\n?/, ''), world)
}

/** Writes moments as a fixture, if recordings are asked for. */
export async function writeRecording(
  { name, story }: Pick<Scenario, 'name' | 'story'>,
  codes: readonly string[],
  text: string,
  world: World,
): Promise<void> {
  if (asked() === '') return
  const head = [
    `Recorded by test/e2e, scenario ${name}: ${await versions(world)}.`,
    story,
    `Verdicts: ${codes.join(', ') || 'none'}`,
  ]
  const folder = asked() === '1' ? join(project, 'test/recordings') : asked()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.proc`), `${head.map((line) => `# ${line}\n`).join('')}\n${text}`)
}

const asked = (): string => process.env['SHIMSCOPE_RECORD'] ?? ''
let moments = 0

/** The scenarios are told in words; these are the facts of the day. */
async function versions(world: World): Promise<string> {
  const programs = ['containerd', 'runc', 'dockerd', 'podman', 'conmon']
  const said = await world.run('sh', '-c', programs.map((program) => `${program} --version 2>&1 || true`).join('; '))
  const version = (program: string, form: RegExp) => {
    const found = form.exec(said)?.[1]
    return found === undefined ? [] : [`${program} ${found}`]
  }
  return [
    ...version('containerd', /containerd\/containerd\S* v?([\d.]+)/),
    ...version('runc', /runc version ([\d.]+)/),
    ...version('docker', /Docker version ([\d.]+)/),
    ...version('podman', /podman version ([\d.]+)/),
    ...version('conmon', /conmon version ([\d.]+)/),
    `Linux ${release().split('-')[0]}`,
  ].join(', ')
}

/** A world shows the mounts of the machine that it runs on. They say nothing about a node, and are nobody's business. */
function withoutOurMachine(text: string, world: World): string {
  const ours = new Set(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map(mountPoint).filter(isOurs))
  const lines = text.replaceAll(forkyTree, '/srv/forky').split('\n')
  let inMounts = false
  return lines
    .filter((line) => {
      if (/^(--|==) /.test(line)) inMounts = line.endsWith('/mountinfo --')
      return (
        !inMounts || !(ours.has(mountPoint(line)) || [project, world.shared].some((path) => line.includes(` ${path}`)))
      )
    })
    .join('\n')
}

/** The fifth field; proc_pid_mountinfo(5). */
const mountPoint = (line: string): string => line.split(' ')[4] ?? ''
/** What every Linux has is not ours. */
const isOurs = (path: string): boolean => path !== '' && path !== '/' && !/^\/(dev|proc|sys)(\/|$)/.test(path)
