import { eventTypes } from '../../core/model/event.ts'
import type { Metric } from './metric.ts'
import { single } from './tally.ts'

export const zombies: Metric = {
  name: 'shimscope_zombies',
  help: 'Zombie processes by who should reap them: the first process of their container, a shim, init, or another.',
  type: 'gauge',
  labels: ['reaper'],
  series: ({ pass }) =>
    Object.entries(pass?.facts.zombies ?? {}).map(([reaper, value]) => ({ labels: { reaper }, value })),
}

export const processes: Metric = {
  name: 'shimscope_processes',
  help: 'Processes on the node, as far as the agent is shown them.',
  type: 'gauge',
  labels: [],
  series: ({ pass }) => single(pass?.snapshot.pass.processes),
}

export const threads: Metric = {
  name: 'shimscope_threads',
  help: 'Threads on the node: each takes one of the pids that shimscope_pids_max limits.',
  type: 'gauge',
  labels: [],
  series: ({ pass }) => single(pass?.snapshot.pass.threads),
}

export const pidsMax: Metric = {
  name: 'shimscope_pids_max',
  help: 'How many pids the node has for processes and threads (kernel.pid_max).',
  type: 'gauge',
  labels: [],
  series: ({ pass }) => single(pass?.facts.pidMax),
}

export const events: Metric = {
  name: 'shimscope_events_total',
  help: 'What happened on the node since the agent started, by type, such as shim-orphaned or container-exited.',
  type: 'counter',
  labels: ['type'],
  series: ({ counts }) => eventTypes.map((type) => ({ labels: { type }, value: counts.events.get(type) ?? 0 })),
}
