// The agent as `serve` runs it, reading in its worker: how long is the main thread held, and what does it all cost?
import { watchNode } from '../../dist/agent/run-passes.js'
import { watchLoop } from './loop-watch.mjs'

process.on('message', async ({ passes, intervalMs }) => {
  const watch = watchLoop()
  const begun = performance.now()
  const agent = watchNode({ procfs: '/proc', cgroupfs: '/sys/fs/cgroup' }, { intervalMs, graceMs: 10_000 })
  await agent.ready
  const firstPassMs = performance.now() - begun
  await turn()
  const first = watch.take()
  await pass(agent, passes)
  const later = watch.take()
  watch.stop()

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
