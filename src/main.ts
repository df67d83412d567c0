#!/usr/bin/env node
import { writeSync } from 'node:fs'
import { abandoned } from './agent/hung-reading.ts'
import { leave } from './commands/leave.ts'
import { run } from './commands/run.ts'
import { terminalOf } from './commands/terminal.ts'
import { unanswered } from './sources/unanswered.ts'

let needsReaders = true
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (!needsReaders) return
    // Whoever reads us may stop reading (`shimscope tree | head`), and a terminal may go away: that is no failure, and
    // what the command has found out is still its exit code.
    if (code === 'EPIPE' || code === 'EIO') setImmediate(() => process.exit())
    else endUnread(code)
  })
}

/** The last sentence, if that can be written. */
function endUnread(code: string): never {
  try {
    writeSync(2, `shimscope: the output cannot be written (${code}); give it another place\n`)
  } catch {
    // Then nobody hears it.
  }
  process.exit(2)
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
  outliveReaders() {
    needsReaders = false
  },
})

process.exitCode = exitCode
if (abandoned.size + unanswered.size > 0) leave(exitCode)
