#!/usr/bin/env node
import { abandoned } from './agent/hung-reading.ts'
import { run } from './commands/run.ts'
import { terminalOf } from './commands/terminal.ts'

/** A signal that is heard is heard at once. */
const ABORT_MS = 100

// Whoever reads us may stop reading (`shimscope tree | head`), and a terminal may go away: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
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
  terminal: () => terminalOf(process),
  onHangup(act) {
    process.on('SIGHUP', act)
  },
})

// Node would wait for threads that hang in the kernel, for as long as they do. A signal does not. But process 1 of a pid
// namespace is not ended by its own (pid_namespaces(7)), and a seccomp profile may refuse it: an abort ends both.
if (abandoned.size > 0) {
  setTimeout(() => process.abort(), ABORT_MS)
  try {
    process.kill(process.pid, 'SIGTERM')
  } catch {
    // Refused: see above.
  }
}
