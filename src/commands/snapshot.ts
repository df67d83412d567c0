import type { Command } from './command.ts'
import { look } from './look.ts'

export const snapshot: Command = {
  name: 'snapshot',
  title: 'one inspected moment as JSON',
  async run({ settings, io }) {
    const { processes, ...rest } = await look(settings, io)
    io.stdout.write(
      `${JSON.stringify(settings.processes === true && processes !== undefined ? { ...rest, processes } : rest, null, 2)}\n`,
    )
    return 0
  },
}
