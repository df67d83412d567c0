/** A dashboard, as far as these need one: everything that differs between them, and nothing of how Grafana writes it. */
export interface Board {
  /** Fixed, so that links and bookmarks outlive an upgrade; at most 40 characters. */
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Whether one node is looked at, or several at once. */
  readonly nodes: 'one' | 'several'
  readonly from: string
  readonly annotations?: readonly Annotation[]
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly kind: 'number' | 'lines' | 'stacked' | 'table'
  readonly title: string
  /** What it shows, and what a healthy one looks like. */
  readonly description: string
  /** One of Grafana's unit ids. */
  readonly unit: 'short' | 'bytes' | 's' | 'percentunit' | 'ops'
  /** Of 24. */
  readonly width: 4 | 6 | 8 | 12 | 24
  readonly queries: readonly Query[]
  /** Of a number: from here on it is orange, and red. */
  readonly worseFrom?: readonly [orange: number, red: number]
}

export interface Query {
  readonly expr: string
  /** With `{{label}}`. */
  readonly legend: string
}

/** Moments that are marked in every panel. */
export interface Annotation {
  readonly title: string
  readonly expr: string
  readonly text: string
  readonly color: 'red' | 'orange' | 'blue'
}

/** The series of the clusters and nodes that were chosen, with matchers of one's own in front. */
export const chosen = (metric: string, matchers = ''): string =>
  `${metric}{${matchers === '' ? '' : `${matchers},`}cluster=~"$cluster",instance=~"$node"}`

/** Every process has metrics of that name: only those of agents are meant. */
export const ofAgents = (expr: string): string =>
  `${expr} and on (cluster, job, instance) ${chosen('shimscope_build_info')}`

/** Per second, over what Grafana thinks fit for the scrape interval and the zoom. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`

/** A sum that is 0 where nothing is counted, as long as there is an agent to count. */
export const orZero = (sum: string): string => `${sum} or 0 * count(${chosen('shimscope_build_info')})`
