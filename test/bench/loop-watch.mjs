// Watches the event loop of the thread that it runs in.
import { openSync, readSync } from 'node:fs'
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 1
const ms = (ns) => Math.max(0, ns / 1e6)

/**
 * `held`: CPU that the main thread used from one turn of a millisecond timer to the next: how long its own work held the
 * loop. `late`: by how much that timer fired late for whatever reason, which on a busy machine is mostly that of others.
 */
export function watchLoop() {
  const held = createHistogram()
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const used = cpuOfMainThread()
  let before = used()
  const timer = setInterval(() => {
    const now = used()
    held.record(Math.max(1, now - before))
    before = now
  }, RESOLUTION_MS)
  delays.enable()
  return {
    /** Since the last time. */
    take() {
      const taken = {
        heldP50Ms: ms(held.percentile(50)),
        heldP99Ms: ms(held.percentile(99)),
        heldMaxMs: ms(held.max),
        lateMaxMs: Math.max(0, ms(delays.max) - RESOLUTION_MS),
      }
      held.reset()
      delays.reset()
      return taken
    },
    /** Watching costs CPU itself. */
    stop() {
      clearInterval(timer)
      delays.disable()
    },
  }
}

/** In ns; the first figure of schedstat. Documentation/scheduler/sched-stats.rst */
function cpuOfMainThread() {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  const buffer = Buffer.alloc(64)
  return () => Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, 64, 0)), 10)
}
