import type { Shim } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { sum, Tally, tally } from './tally.ts'

export const shims: Metric = {
  name: 'shimscope_shims',
  help: 'Shims (keepers of containers, conmon included) by how many containers they keep (relation), whose child they are (parentage) and whether a live daemon manages them (supervision).',
  type: 'gauge',
  labels: ['runtime', 'containerd_namespace', 'relation', 'parentage', 'supervision'],
  series: ({ pass }) =>
    tally(pass?.snapshot.shims, ({ runtime, containerdNamespace, relation, parentage, supervision }) => ({
      runtime,
      containerd_namespace: containerdNamespace,
      relation,
      parentage,
      supervision,
    })),
}

const byRuntime =
  (measure: (shim: Shim) => number | null): Metric['series'] =>
  ({ pass }) =>
    sum(pass?.snapshot.shims, ({ runtime }) => ({ runtime }), measure)

export const shimMemory: Metric = {
  name: 'shimscope_shim_memory_bytes',
  help: 'Resident memory of all shims of a kind. Shims whose memory could not be read are left out.',
  type: 'gauge',
  labels: ['runtime'],
  series: byRuntime(({ rssBytes }) => rssBytes),
}

export const shimThreads: Metric = {
  name: 'shimscope_shim_threads',
  help: 'Threads of all shims of a kind.',
  type: 'gauge',
  labels: ['runtime'],
  series: byRuntime(({ threads }) => threads),
}

export const shimCpu: Metric = {
  name: 'shimscope_shim_cpu_seconds_total',
  help: 'CPU time that shims of a kind have used since the agent started, those that have exited included.',
  type: 'counter',
  labels: ['runtime'],
  series({ counts }) {
    const result = new Tally<'runtime'>()
    for (const [runtime, seconds] of counts.shimCpuSeconds) result.add({ runtime }, seconds)
    return result.series()
  },
}
