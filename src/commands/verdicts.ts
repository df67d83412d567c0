import type { Severity, Snapshot, Verdict } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import { findingOf, unknownFinding } from '../outputs/text/npd.ts'
import { renderVerdicts } from '../outputs/text/verdicts.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command, Io } from './command.ts'
import { look, lookUntilSure } from './look.ts'
import { styleOf } from './style.ts'

const severities: readonly Severity[] = ['info', 'warning', 'critical']

export const verdicts: Command = {
  name: 'verdicts',
  title: 'what is wrong, with evidence; exit code 0: nothing fires, 1: something does, 2: could not look',
  async run({ settings, io }) {
    const output = settings.json === true ? 'json' : settings.output
    if (output === 'npd') return await tellDetector(settings, io)
    // Exit code 0 would say that all is well.
    if (settings.source === 'ps' && settings.from === undefined)
      throw new BadInput(
        'ps shows names and parents only, and nothing can be judged by those; leave --source ps out, or see shimscope tree --source ps',
      )
    const snapshot = await look(settings, io)
    io.stdout.write(output === 'json' ? json(snapshot) : renderVerdicts(snapshot, styleOf(settings, io)))
    return snapshot.verdicts.some(countedBy(settings)) ? 1 : 0
  },
}

const json = ({ node, takenAt, pass, verdicts }: Snapshot): string =>
  `${JSON.stringify({ node, takenAt, pass, verdicts }, null, 2)}\n`

const countedBy =
  ({ failOn, pending }: Settings) =>
  ({ severity, status }: Verdict): boolean =>
    severities.indexOf(severity) >= severities.indexOf(failOn) && (status === 'firing' || pending === true)

/** One line, whatever happens: node-problem-detector shows what a plugin prints as the node's condition. */
async function tellDetector(settings: Settings, io: Io): Promise<number> {
  if (settings.at !== undefined)
    throw new BadInput('--output npd tells what is wrong now, and --at looks at the past; give one of them')
  try {
    const { message, exitCode } = findingOf(await lookUntilSure(settings, io), countedBy(settings))
    io.stdout.write(`${message}\n`)
    return exitCode
  } catch (error) {
    if (error instanceof BadInput) io.stdout.write(`${unknownFinding(`cannot look: ${error.message}`).message}\n`)
    throw error
  }
}
