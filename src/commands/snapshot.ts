import type { Command } from './command.ts'
import { look } from './look.ts'

export const snapshot: Command = {
  name: 'snapshot',
  title: 'one inspected moment as JSON',
  async run({ settings, io }) {
    const { processes, ...rest } = await look(settings, io)
    if (settings.processes === true && processes === undefined)
      io.stderr.write('shimscope: a journal keeps no processes, so there are none in this snapshot\n')
    io.stdout.write(
      `${JSON.stringify(settings.processes === true && processes !== undefined ? { ...rest, processes } : rest, null, 2)}\n`,
    )
    return 0
  },
}
