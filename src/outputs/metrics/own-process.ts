import type { Metric } from './metric.ts'
import { single } from './tally.ts'

/** What the agent's own process has cost so far. */
export interface OwnCost {
  readonly startedAtSeconds: number
  /** Of all threads, the reading one included. */
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly heapBytes: number
  /** How long the event loop has been at work rather than waiting. */
  readonly loopBusySeconds: number
  /** getrusage(2): `ru_nvcsw` and `ru_nivcsw`. */
  readonly contextSwitches: { readonly voluntary: number; readonly involuntary: number }
}

/**
 * Everything here is a total or a state, nothing is "since the last scrape": two Prometheis that scrape one agent read
 * the same. That is why the event loop's lag is not among them, which prom-client resets with every scrape.
 */
export function measureOwnCost(): OwnCost {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  const { voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage()
  return {
    startedAtSeconds: performance.timeOrigin / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: rss,
    heapBytes: heapUsed,
    loopBusySeconds: performance.eventLoopUtilization().active / 1_000,
    contextSwitches: { voluntary: voluntaryContextSwitches, involuntary: involuntaryContextSwitches },
  }
}

/** Under the names that every Prometheus client library gives them, so that dashboards for any process know them. */
export const ownProcessMetrics: readonly Metric[] = [
  {
    name: 'process_cpu_seconds_total',
    help: 'CPU time that the agent itself has used, in all its threads.',
    type: 'counter',
    labels: [],
    series: ({ own }) => single(own.cpuSeconds),
  },
  {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the agent itself.',
    type: 'gauge',
    labels: [],
    series: ({ own }) => single(own.residentBytes),
  },
  {
    name: 'process_start_time_seconds',
    help: 'When the agent itself started, as a Unix time.',
    type: 'gauge',
    labels: [],
    series: ({ own }) => single(own.startedAtSeconds),
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory that the objects of the thread which serves clients take, a part of the resident memory.',
    type: 'gauge',
    labels: [],
    series: ({ own }) => single(own.heapBytes),
  },
  {
    name: 'shimscope_loop_busy_seconds_total',
    help: 'Time for which the thread that serves page, feed, API and metrics was at work; passes are made in another.',
    type: 'counter',
    labels: [],
    series: ({ own }) => single(own.loopBusySeconds),
  },
  {
    name: 'shimscope_context_switches_total',
    help: 'How often a thread of the agent stopped running: voluntary, to wait, after which it is woken up; involuntary, because the CPU was given to another.',
    type: 'counter',
    labels: ['kind'],
    series: ({ own }) => Object.entries(own.contextSwitches).map(([kind, value]) => ({ labels: { kind }, value })),
  },
]
