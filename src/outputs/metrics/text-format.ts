import { writeLabels } from './label-set.ts'
import type { Metric, Series } from './metric.ts'

/**
 * `text`: https://prometheus.io/docs/instrumenting/exposition_formats/
 * `openMetrics`: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export type Format = 'text' | 'openMetrics'

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** One metric with all its series. */
export function writeMetric({ name, help, type }: Metric, series: readonly Series[], format: Format): string {
  // In OpenMetrics a counter's family has no `_total`, and its series have.
  const family = format === 'openMetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  const parts = [`# HELP ${family} ${help.replace(/\\/g, '\\\\')}\n# TYPE ${family} ${type}\n`]
  for (const { labels, written = writeLabels(labels), value, suffix } of series)
    parts.push(suffix === undefined ? name : name + suffix, written, ` ${numeral(value)}\n`)
  // As in `writeLabels`.
  return parts.join('')
}

/** All of a scrape. People read the text format, so that a line stays empty between two metrics. */
export function writeAll(metrics: readonly string[], format: Format): string {
  switch (format) {
    case 'text':
      return metrics.join('\n')
    case 'openMetrics':
      return `${metrics.join('')}# EOF\n`
  }
}

function numeral(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value < 0 ? '-Inf' : '+Inf'
}
