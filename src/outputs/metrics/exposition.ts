import client from 'prom-client'
import type { Agent } from '../../agent/agent.ts'
import { prefersOpenMetrics } from './accept.ts'
import { metrics as table } from './index.ts'
import type { DoorCounts, JournalCounts, LiveCounts, Metric, Scrape, Series, VerdictRow } from './metric.ts'
import { measureOwnCost } from './own-process.ts'
import { perContainerMetrics } from './per-container.ts'

/*
 * The only module that knows prom-client, which upstream has renamed: the successor needs Node 22.
 */

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
      // One registry for each scrape: it holds one pass and no other, leaves no dead series behind, and what rendering
      // OpenMetrics does to the names of counters is forgotten with it.
      const registry: client.Registry<client.PrometheusContentType | client.OpenMetricsContentType> =
        new client.Registry()
      if (prefersOpenMetrics(accept)) registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE)
      const dropped: Series[] = []
      for (const metric of shown) {
        const series = [...metric.series(scrape)]
        const kept = series.slice(0, Math.min(maxSeries, metric.most ?? maxSeries))
        if (metric.most !== undefined || kept.length < series.length)
          dropped.push({ labels: { metric: metric.name }, value: series.length - kept.length })
        register(registry, constant(metric, kept))
      }
      register(registry, constant(seriesDropped, dropped))
      return { contentType: registry.contentType, body: await registry.metrics() }
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

/** The part of a metric that a registry asks for. `name` changes: in OpenMetrics a counter's family has no `_total`. */
interface Collected {
  name: string
  help: string
  type: string
  get(): unknown
}

const register = (registry: Pick<client.Registry, 'registerMetric'>, metric: Collected): void =>
  registry.registerMetric(metric as unknown as client.Metric)

const constant = ({ name, help, type }: Metric, series: readonly Series[]): Collected => ({
  name,
  help,
  type,
  get() {
    const values = series.map(({ labels, value, suffix }) => ({
      value,
      sharedLabels: labels,
      ...(suffix !== undefined && { metricName: `${this.name}${suffix}` }),
    }))
    return { name: this.name, help, type, values }
  },
})
