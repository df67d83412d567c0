import type { ContainerBranch, Forest, ShimBranch } from '../model/forest.ts'
import type { Measured, Memory } from '../model/memory.ts'

const TICKS_PER_SECOND = 100

export interface Measurements {
  readonly measured: ReadonlyMap<string, Measured>
  readonly measuredAtUptimeMs: number
  of(key: string): Measured
}

const notMeasured: Measured = { rssBytes: null, threads: null, cpuSeconds: null, processes: 0, readAtMs: null }

/**
 * Memory, CPU and the like change all the time, and say little: they are refreshed on a rhythm of their own, so that a
 * quiet node stays quiet. What is new is measured at once.
 */
export function measure(forest: Forest, memory: Memory): Measurements {
  const { uptimeMs, source } = forest.host
  const last = memory.measuredAtUptimeMs
  const isDue = last === null || uptimeMs - last >= memory.measureEveryMs
  // Of a forest that stands, everything was measured that is in it.
  const stands = !isDue && memory.grown?.forest.containers === forest.containers
  if (stands) return measurementsOf(memory.measured, last)
  const measured = new Map<string, Measured>()
  const keep = (key: string, isThere: boolean, measureNow: () => Measured): void => {
    const before = isDue ? undefined : memory.measured.get(key)
    // What has begun to be, or has ceased to, is as good as new.
    const now = before !== undefined && isThere === before.processes > 0 ? before : measureNow()
    // ps-list counts neither threads nor ticks.
    measured.set(key, source === 'ps' ? { ...notMeasured, processes: now.processes } : now)
  }
  for (const shim of forest.shims) keep(shim.node.process.key, true, () => measureShim(shim, forest.host.pageBytes))
  for (const container of forest.containers) {
    keep(container.key, container.members.length > 0, () => measureContainer(container, forest.host.pageBytes))
  }
  return measurementsOf(measured, isDue ? uptimeMs : last)
}

const measurementsOf = (measured: ReadonlyMap<string, Measured>, measuredAtUptimeMs: number): Measurements => ({
  measured,
  measuredAtUptimeMs,
  of: (key) => measured.get(key) ?? notMeasured,
})

function measureShim({ node }: ShimBranch, pageBytes: number | null): Measured {
  const { rssPages, threads, cpuTicks, readAtMs } = node.process.usage
  return {
    rssBytes: pageBytes === null ? null : rssPages * pageBytes,
    threads,
    cpuSeconds: cpuTicks / TICKS_PER_SECOND,
    processes: 1,
    readAtMs,
  }
}

function measureContainer({ members }: ContainerBranch, pageBytes: number | null): Measured {
  let pages = 0
  let threads = 0
  let ticks = 0
  for (const { process } of members) {
    pages += process.usage.rssPages
    threads += process.state === 'Z' ? 0 : process.usage.threads
    ticks += process.usage.cpuTicks
  }
  return {
    rssBytes: pageBytes === null ? null : pages * pageBytes,
    threads,
    cpuSeconds: ticks / TICKS_PER_SECOND,
    processes: members.length,
    readAtMs: null,
  }
}
