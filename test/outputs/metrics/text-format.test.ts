import fc from 'fast-check'
import client from 'prom-client'
import { expect, test } from 'vitest'
import type { Metric, Series } from '../../../src/outputs/metrics/metric.ts'
import { contentTypes, type Format, writeAll, writeMetric } from '../../../src/outputs/metrics/text-format.ts'

const anySeries = fc.record({
  labels: fc.record({
    code: fc.string({ unit: 'binary' }),
    pod: fc.oneof(fc.string(), fc.constant('a\\b\n"c"'), fc.constant('')),
  }),
  value: fc.oneof(fc.double({ noNaN: true }), fc.integer()),
})
const anyMetric = fc.record({
  name: fc.constantFrom('shimscope_events_total', 'shimscope_shims'),
  // OpenMetrics escapes quotation marks here, the library does not, and ours have none.
  help: fc.string().map((text) => text.replaceAll('"', '')),
  series: fc.array(anySeries, { maxLength: 4 }),
})

test.each<Format>(['text', 'openMetrics'])('%s is what the client library of Node writes', async (format) => {
  await fc.assert(
    fc.asyncProperty(anyMetric, async ({ name, help, series }) => {
      const metric: Metric = {
        name,
        help,
        type: name.endsWith('_total') ? 'counter' : 'gauge',
        labels: ['code', 'pod'],
        series: () => series,
      }
      expect(writeAll([writeMetric(metric, series, format)], format)).toBe(await theirs(metric, series, format))
    }),
  )
})

test('a histogram, and a value that is none', () => {
  const metric: Metric = { name: 'x_seconds', help: 'X.', type: 'histogram', labels: [], series: () => [] }
  const series: Series[] = [
    { suffix: '_bucket', labels: { le: '+Inf' }, value: 2 },
    { suffix: '_sum', labels: {}, value: Number.NaN },
  ]
  expect(writeMetric(metric, series, 'text')).toBe(
    '# HELP x_seconds X.\n# TYPE x_seconds histogram\nx_seconds_bucket{le="+Inf"} 2\nx_seconds_sum NaN\n',
  )
})

/** A registry that holds one metric, as it stands. */
async function theirs({ name, help, type }: Metric, series: readonly Series[], format: Format): Promise<string> {
  const registry: client.Registry<client.PrometheusContentType | client.OpenMetricsContentType> = new client.Registry()
  registry.setContentType(contentTypes[format] as client.PrometheusContentType)
  const metric = {
    name,
    help,
    type,
    get() {
      return { name: this.name, help, type, values: series.map(({ labels, value }) => ({ labels, value })) }
    },
  }
  registry.registerMetric(metric as unknown as client.Metric)
  return await registry.metrics()
}
