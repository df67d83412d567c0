#!/usr/bin/env node
import { abandoned } from './agent/hung-reading.ts'
import { leave } from './commands/leave.ts'
import { run } from './commands/run.ts'
import { terminalOf } from './commands/terminal.ts'

// Whoever reads us may stop reading (`shimscope tree | head`), and a terminal may go away: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    process.exit(0)
  })
}

const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopped() {
    const stop = new AbortController()
    // Once: a second signal ends the program at once.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    return stop.signal
  },
  terminal: () => terminalOf(process),
  lookScript: new URL('./commands/look-worker.js', import.meta.url),
  onHangup(act) {
    process.on('SIGHUP', act)
  },
})

process.exitCode = exitCode
if (abandoned.size > 0) leave(exitCode)
