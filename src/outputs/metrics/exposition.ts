import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Agent } from '../../agent/agent.ts'
import { prefersOpenMetrics } from './accept.ts'
import { metrics as table } from './index.ts'
import type { DoorCounts, JournalCounts, LiveCounts, Metric, Scrape, Series, VerdictRow } from './metric.ts'
import { measureOwnCost } from './own-process.ts'
import { perContainerMetrics } from './per-container.ts'
import { contentTypes, type Format, writeAll, writeMetric } from './text-format.ts'

/** For so long at a time a scrape holds the thread, in ms: the clients of the feed wait for it too. */
const SLICE_MS = 2

export interface ExpositionOptions {
  readonly agent: Agent
  readonly version: string
  readonly verdictTable: readonly VerdictRow[]
  readonly live: () => LiveCounts
  readonly door?: () => DoorCounts
  readonly journal?: () => JournalCounts
  /** Series for each container too. */
  readonly containers?: boolean
  /** Most series of one metric; the others are left out and counted in `shimscope_series_dropped`. */
  readonly maxSeries?: number
}

export interface Exposition {
  /** What a scraper with this `Accept` header gets. It is made of the last finished pass and waits for none. */
  render(accept: string | undefined): Promise<{ readonly contentType: string; readonly body: string }>
}

export function createExposition({ agent, version, verdictTable, live, ...options }: ExpositionOptions): Exposition {
  const { containers = false, maxSeries = 2000 } = options
  const shown = containers ? [...table, ...perContainerMetrics] : table
  return {
    async render(accept) {
      const scrape: Scrape = {
        pass: agent.latest(),
        counts: agent.counts(),
        lastPassAtMs: agent.health().lastPassAtMs,
        live: live(),
        own: measureOwnCost(),
        door: options.door?.(),
        journal: options.journal?.(),
        version,
        nodeVersion: process.versions.node,
        verdictTable,
      }
      const format: Format = prefersOpenMetrics(accept) ? 'openMetrics' : 'text'
      const written: string[] = []
      const dropped: Series[] = []
      let turnMs = performance.now()
      for (const metric of shown) {
        const series = [...metric.series(scrape)]
        const kept = series.slice(0, Math.min(maxSeries, metric.most ?? maxSeries))
        if (metric.most !== undefined || kept.length < series.length)
          dropped.push({ labels: { metric: metric.name }, value: series.length - kept.length })
        written.push(writeMetric(metric, kept, format))
        if (performance.now() - turnMs < SLICE_MS) continue
        await nextTurn()
        turnMs = performance.now()
      }
      written.push(writeMetric(seriesDropped, dropped, format))
      return { contentType: contentTypes[format], body: writeAll(written, format) }
    },
  }
}

/** Every metric that can be served, for listings and for what is derived from the table. */
export const everyMetric = (): readonly Metric[] => [...table, ...perContainerMetrics, seriesDropped]

const seriesDropped: Metric = {
  name: 'shimscope_series_dropped',
  // A gauge, because a count that grows with every scrape would depend on how many Prometheis there are.
  help: 'Series of a metric that this scrape leaves out because there are too many.',
  type: 'gauge',
  labels: ['metric'],
  series: () => [],
}
