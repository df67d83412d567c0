import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const liveClients: Metric = {
  name: 'shimscope_live_clients',
  help: 'Clients that are connected to the live feed.',
  type: 'gauge',
  labels: [],
  series: ({ live }) => single(live.clients),
}

export const liveResyncs: Metric = {
  name: 'shimscope_live_resyncs_total',
  help: 'Fresh snapshots sent to clients of the live feed that were too slow for its deltas.',
  type: 'counter',
  labels: [],
  series: ({ live }) => single(live.resyncs),
}

export const build: Metric = {
  name: 'shimscope_build_info',
  help: 'Always 1: the version of the agent and of the Node.js that runs it.',
  type: 'gauge',
  labels: ['version', 'nodeversion'],
  series: ({ version, nodeVersion }) => [{ labels: { version, nodeversion: nodeVersion }, value: 1 }],
}
