import { openConnector } from '../../../src/sources/connector-socket.ts'

/** When the kernel says that processes became another program and ended, by the clock of `performance.now()`. */
export interface Heard {
  execs: Map<number, number>
  exits: Map<number, number>
  close(): void
}

/** Hears the kernel itself, as the truth about when something happened: each event carries its time. */
export function hearProcesses(): Heard {
  const socket = openConnector({ bufferBytes: 16 * 1024 * 1024 })
  if (typeof socket === 'string') throw new Error(`the process connector is not to be had here: ${socket}`)
  const execs = new Map<number, number>()
  const exits = new Map<number, number>()
  // CLOCK_MONOTONIC both, but for where they begin to count.
  const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()
  const drain = () => {
    const overflows = socket.drain((event) => {
      if (event.what === 'exec') execs.set(event.pid, event.atMs - offsetMs)
      if (event.what === 'exit' && event.pid === event.thread) exits.set(event.pid, event.atMs - offsetMs)
    })
    if (overflows > 0) throw new Error('the witness has missed something')
  }
  const timer = setInterval(drain, 20)
  return {
    execs,
    exits,
    close() {
      clearInterval(timer)
      socket.close()
    },
  }
}
