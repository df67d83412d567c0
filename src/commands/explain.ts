import { readFileSync } from 'node:fs'
import type { Snapshot } from '../core/model/snapshot.ts'
import { verdictRules } from '../core/verdicts/index.ts'
import { signatures } from '../core/verdicts/signatures.ts'
import { fallbacks, type Settings } from '../config.ts'
import { columns } from '../outputs/text/columns.ts'
import { printable } from '../outputs/text/printable.ts'
import { renderVerdicts } from '../outputs/text/verdicts.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command, Io } from './command.ts'
import { look } from './look.ts'
import { styleOf } from './style.ts'

export const explain: Command = {
  name: 'explain',
  argument: { form: '[code]', help: 'a verdict, as shimscope verdicts names it' },
  title:
    'the runbook of one verdict; below it, what --from FILE or --path.procfs DIR shows of it; without a code, the list of all',
  async run({ settings, argument, io }) {
    if (settings.signatures === true) {
      io.stdout.write(settings.json ? `${JSON.stringify({ signatures }, null, 2)}\n` : catalogue())
      return 0
    }
    if (argument === undefined) {
      const rows = verdictRules.map(({ code, severity, title }) => ({ code, severity, title }))
      if (settings.json) io.stdout.write(`${JSON.stringify({ verdicts: rows }, null, 2)}\n`)
      else
        io.stdout.write(
          `${columns([['CODE', 'SEVERITY', 'MEANS'], ...rows.map((row) => [row.code, row.severity, row.title])]).join('\n')}\n`,
        )
      return 0
    }
    const rule = verdictRules.find(({ code }) => code === argument)
    if (rule === undefined)
      throw new BadInput(`no verdict is called ${JSON.stringify(argument)}; shimscope explain lists them all`)
    const runbook = readFileSync(runbookOf(rule.code), 'utf8')
    const { code, severity, title, resembles } = rule
    const seen = await seenWhereTold(code, settings, io)
    if (settings.json)
      io.stdout.write(
        `${JSON.stringify({ code, severity, title, resembles, runbook, ...(seen && { verdicts: seen.verdicts }) }, null, 2)}\n`,
      )
    else io.stdout.write(seen === undefined ? runbook : `${runbook}\n${whatIsSeen(code, seen, settings, io)}`)
    return 0
  },
}

/** A runbook needs no node; where one is named, or a recording, what it shows of this verdict stands below. */
async function seenWhereTold(code: string, settings: Settings, io: Io): Promise<Snapshot | undefined> {
  if (settings.from === undefined && settings.procfs === fallbacks().procfs) return undefined
  const snapshot = await look(settings, io)
  return { ...snapshot, verdicts: snapshot.verdicts.filter((verdict) => verdict.code === code) }
}

function whatIsSeen(code: string, seen: Snapshot, settings: Settings, io: Io): string {
  const where = printable(settings.from ?? settings.procfs)
  const shown = seen.verdicts.length === 0 ? `No ${code}.\n` : renderVerdicts(seen, styleOf(settings, io))
  return `## In ${where}\n\n${shown}`
}

/** Every failure that nodes were seen to have, beside what shows that it is found. */
const catalogue = (): string =>
  `${columns([
    ['#', 'FAILURE', 'VERDICT', 'RECORDED', 'LOOKS ALIKE'],
    ...signatures.map(({ id, title, codes, recordings, nearMisses }) => [
      id,
      title,
      codes.join(', '),
      recordings.join(', '),
      nearMisses.join(', '),
    ]),
  ]).join('\n')}\n`

/** Runbooks lie beside the sources and beside `dist`. */
const runbookOf = (code: string): URL => new URL(`../../runbooks/${code}.md`, import.meta.url)
