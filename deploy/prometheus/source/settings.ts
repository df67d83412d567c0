import type { Severity } from '../../../src/core/model/snapshot.ts'

/** The scrape jobs of the agents: `shimscope`, or `NAMESPACE/shimscope` as a PodMonitor of that name calls it. */
export const agents = 'job=~"(?:.+/)?shimscope"'

/** What tells one agent from another. `cluster` is empty where a Prometheus has but one. */
export const perNode = 'cluster, job, instance'
export const perFleet = 'cluster, job'

/** A verdict that fires has lasted for the agent's grace already; this is how long it must last on top. */
export const lastingOf: Readonly<Record<Severity, string>> = { critical: '2m', warning: '15m', info: '1h' }

/** A pass is due every 2 s; an agent whose last one is older than this many seconds sees nothing. */
export const staleSeconds = 120

/** A verdict on more than this part of the nodes, and on at least so many, is a roll-out and not a node. */
export const spread = { ratio: 0.1, nodes: 3 }
