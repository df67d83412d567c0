import { everyMetric } from '../../src/outputs/metrics/exposition.ts'
import { recordings } from '../../deploy/prometheus/source/recordings.ts'

const ends: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] }

/** Every name that can be asked for, and the labels that its series have. */
const known = new Map<string, ReadonlySet<string>>([
  ...everyMetric().flatMap(({ name, type, labels }) =>
    (ends[type] ?? ['']).map(
      (end) => [`${name}${end}`, new Set([...labels, ...(end === '_bucket' ? ['le'] : [])])] as const,
    ),
  ),
  // What Prometheus says of its own scrapes.
  ...['up', 'scrape_duration_seconds', 'scrape_samples_scraped'].map((name) => [name, new Set<string>()] as const),
])
const recorded = new Set(recordings.map(({ record }) => record))
/** Given by the scrape. */
const targetLabels = ['job', 'instance', 'cluster']

const selector = /(?<![\w:$"])((?:shimscope|process|nodejs|scrape)_\w+|up|[a-z_]+:[a-z_:]+)\b(?!\s*\()(?:\{([^}]*)\})?/g

/** What a query asks for that no agent has: names of metrics, and labels that a metric does not have. */
export function unknownIn(promql: string): readonly string[] {
  const asked = [...withoutStrings(promql).matchAll(selector)]
  if (asked.length === 0) return [`nothing is asked for in ${promql}`]
  return asked.flatMap(([, name = '', matchers = '']) => {
    if (recorded.has(name)) return []
    const labels = known.get(name)
    if (labels === undefined) return [name]
    return [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label = '']) => label)
      .filter((label) => !labels.has(label) && !targetLabels.includes(label))
      .map((label) => `${name}{${label}}`)
  })
}

const withoutStrings = (promql: string): string => promql.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
