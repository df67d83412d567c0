import type { Severity, Verdict } from '../core/model/snapshot.ts'
import { renderVerdicts } from '../outputs/text/verdicts.ts'
import type { Command } from './command.ts'
import { look } from './look.ts'
import { styleOf } from './style.ts'

const severities: readonly Severity[] = ['info', 'warning', 'critical']

export const verdicts: Command = {
  name: 'verdicts',
  title: 'what is wrong, with evidence; exit code 0: nothing fires, 1: something does, 2: could not look',
  async run({ settings, io }) {
    const snapshot = await look(settings)
    const { node, takenAt, pass, verdicts: found } = snapshot
    if (settings.json) io.stdout.write(`${JSON.stringify({ node, takenAt, pass, verdicts: found }, null, 2)}\n`)
    else io.stdout.write(renderVerdicts(snapshot, styleOf(settings, io)))
    const counts = ({ severity, status }: Verdict): boolean =>
      severities.indexOf(severity) >= severities.indexOf(settings.failOn) &&
      (status === 'firing' || settings.pending === true)
    return found.some(counts) ? 1 : 0
  },
}
