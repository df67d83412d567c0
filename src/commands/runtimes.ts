import { runtimes as table } from '../core/runtimes/index.ts'
import { proofOf } from '../core/runtimes/proof.ts'
import { columns } from '../outputs/text/columns.ts'
import type { Command } from './command.ts'

export const runtimes: Command = {
  name: 'runtimes',
  title: 'every runtime that is recognized, what proves whose a process is, and what shows that it is so',
  async run({ settings, io }) {
    const rows = table.map(proofOf)
    if (settings.json) io.stdout.write(`${JSON.stringify({ runtimes: rows }, null, 2)}\n`)
    else io.stdout.write(renderRuntimes())
    return 0
  },
}

export const renderRuntimes = (): string =>
  `${columns([
    ['RUNTIME', 'TOLD BY', 'OWNERSHIP PROVEN BY', 'RELATION', 'RECORDINGS'],
    ...table.map(proofOf).map(({ id, recognized, owned, relation, shown }) => [id, recognized, owned, relation, shown]),
  ]).join('\n')}\n`
