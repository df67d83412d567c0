// The agent as `serve` runs it, reading in its worker: how long is the main thread held, and what does it all cost?
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { watchNode } from '../../dist/agent/run-passes.js'

const RESOLUTION_MS = 1

process.on('message', async ({ passes, intervalMs }) => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  const begun = performance.now()
  const agent = watchNode({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' }, { intervalMs, graceMs: 10_000 })
  await agent.ready
  const firstPassMs = performance.now() - begun
  await turn()
  const first = held(delays)

  delays.reset()
  await pass(agent, passes)
  const later = held(delays)

  // Watching the delay costs CPU itself.
  delays.disable()
  const cpuUs = []
  for (let number = 0; number < passes; number += 1) {
    const before = process.cpuUsage()
    await pass(agent, 1)
    const { user, system } = process.cpuUsage(before)
    cpuUs.push(user + system)
  }
  const answer = { firstPassMs, first, later, cpuUs, intervalMs, rssBytes: process.memoryUsage.rss() }
  await agent.close()
  process.send(answer, () => process.exit(0))
})

/** Resolves when so many more passes are done. */
function pass(agent, count) {
  return new Promise((resolve) => {
    let left = count
    const unsubscribe = agent.subscribe(() => {
      left -= 1
      if (left > 0) return
      unsubscribe()
      resolve()
    })
  })
}

/** What the loop did last is seen by the timer after it. */
function turn() {
  return new Promise((resolve) => setTimeout(resolve, 10))
}

/** A timer that fires in time is no delay, so the resolution is taken off. */
function held(delays) {
  const ms = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
  return { p50Ms: ms(delays.percentile(50)), p99Ms: ms(delays.percentile(99)), maxMs: ms(delays.max) }
}
