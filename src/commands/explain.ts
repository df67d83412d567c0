import { readFileSync } from 'node:fs'
import { verdictRules } from '../core/verdicts/index.ts'
import { signatures } from '../core/verdicts/signatures.ts'
import { columns } from '../outputs/text/columns.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command } from './command.ts'

export const explain: Command = {
  name: 'explain',
  argument: { form: '[code]', help: 'a verdict, as shimscope verdicts names it' },
  title: 'the runbook of one verdict; without a code, the list of all',
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
    if (settings.json) io.stdout.write(`${JSON.stringify({ code, severity, title, resembles, runbook }, null, 2)}\n`)
    else io.stdout.write(runbook)
    return 0
  },
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
