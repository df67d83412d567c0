#!/usr/bin/env node
import { run } from './commands/run.ts'

// Whoever reads us may stop reading (`shimscope tree | head`): that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopped() {
    const stop = new AbortController()
    // Once: a second signal ends the program at once.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    return stop.signal
  },
  onHangup(act) {
    process.on('SIGHUP', act)
  },
})
