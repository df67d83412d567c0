import client from 'prom-client'
import type { Agent } from '../../agent/agent.ts'
import { prefersOpenMetrics } from './accept.ts'
import { metrics as table } from './index.ts'
import type { LiveCounts, Metric, Scrape, Series, VerdictRow } from './metric.ts'
import { perContainerMetrics } from './per-container.ts'

/*
 * The only module that knows prom-client, which upstream has renamed: the successor needs Node 22.
 */

export interface ExpositionOptions {
  readonly agent: Agent
  readonly version: string
  readonly verdictTable: readonly VerdictRow[]
  readonly live: () => LiveCounts
  /** Series for each container too. */
  readonly containers?: boolean
  /** Most series of one metric; the others are left out and counted in `shimscope_series_dropped`. */
  readonly maxSeries?: number
  readonly maxVerdictInfos?: number
}

export interface Exposition {
  /** What a scraper with this `Accept` header gets. It is made of the last finished pass and waits for none. */
  render(accept: string | undefined): Promise<{ readonly contentType: string; readonly body: string }>
}

export function createExposition({ agent, version, verdictTable, live, ...options }: ExpositionOptions): Exposition {
  const { containers = false, maxSeries = 2000, maxVerdictInfos = 100 } = options
  const shown = containers ? [...table, ...perContainerMetrics] : table
  const own = ownProcessMetrics()
  return {
    async render(accept) {
      const scrape: Scrape = {
        pass: agent.latest(),
        counts: agent.counts(),
        lastPassAtMs: agent.health().lastPassAtMs,
        live: live(),
        version,
        nodeVersion: process.versions.node,
        verdictTable,
        maxVerdictInfos,
      }
      // One registry for each scrape: it holds one pass and no other, leaves no dead series behind, and what rendering
      // OpenMetrics does to the names of counters is forgotten with it.
      const registry: client.Registry<client.PrometheusContentType | client.OpenMetricsContentType> =
        new client.Registry()
      if (prefersOpenMetrics(accept)) registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE)
      const dropped: Series[] = []
      for (const metric of shown) {
        const series = [...metric.series(scrape)]
        if (series.length > maxSeries)
          dropped.push({ labels: { metric: metric.name }, value: series.length - maxSeries })
        register(registry, constant(metric, series.slice(0, maxSeries)))
      }
      register(registry, constant(seriesDropped, dropped))
      for (const metric of own) register(registry, view(metric))
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

/** Every metric that can be served, for listings and for what is derived from the table. */
export const everyMetric = (): readonly Metric[] => [...table, ...perContainerMetrics, seriesDropped]

const seriesDropped: Metric = {
  name: 'shimscope_series_dropped',
  help: 'Series of a metric that were left out of this scrape because there were too many.',
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

/** What Node and the kernel say about the agent's own process. */
function ownProcessMetrics(): readonly Source[] {
  const registry = new client.Registry()
  // Its timer wakes the process up that often, in ms; the default of 10 is dear on an idle node.
  client.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  const collected = registry.getMetricsAsArray() as unknown as Source[]
  // The others are many series that say little, or gauges called `_total`, which `promtool check metrics` refuses.
  return collected.filter(({ name }) => /^process_|^nodejs_(eventloop_lag|heap_size|external_memory|gc)_/.test(name))
}

interface Source {
  readonly name: string
  readonly help: string
  readonly type: string
  get(): Promise<object>
  getForPromString?(): Promise<object>
}

const view = (source: Source): Collected => ({
  name: source.name,
  help: source.help,
  type: source.type,
  async get() {
    const collected = await (source.getForPromString ? source.getForPromString() : source.get())
    return { ...collected, name: this.name }
  },
})
