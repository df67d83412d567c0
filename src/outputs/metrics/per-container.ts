import type { Container } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { sum } from './tally.ts'

const labels = ['namespace', 'pod', 'container', 'container_id'] as const

/** One measurement, one series for each container that it is known of. */
const perContainer = (
  metric: Pick<Metric, 'name' | 'help' | 'type'>,
  measure: (container: Container) => number | null,
): Metric => ({
  ...metric,
  labels,
  most: Number.POSITIVE_INFINITY,
  series: ({ pass }) =>
    sum(
      pass?.snapshot.containers,
      ({ id, name, pod }) => ({
        namespace: pod?.namespace ?? null,
        pod: pod === null ? null : (pod.name ?? pod.uid),
        container: name,
        container_id: id,
      }),
      measure,
    ),
})

/** Grows with the node, so only on request. */
export const perContainerMetrics: readonly Metric[] = [
  perContainer(
    {
      name: 'shimscope_container_memory_bytes',
      help: 'Resident memory of the processes of a container.',
      type: 'gauge',
    },
    ({ rssBytes }) => rssBytes,
  ),
  perContainer(
    {
      name: 'shimscope_container_cpu_seconds',
      help: 'CPU time of the living processes of a container; it falls when one of them exits.',
      type: 'gauge',
    },
    ({ cpuSeconds }) => cpuSeconds,
  ),
  perContainer(
    { name: 'shimscope_container_processes', help: 'Processes of a container, exec sessions included.', type: 'gauge' },
    ({ processes }) => processes,
  ),
  perContainer(
    { name: 'shimscope_container_threads', help: 'Threads of the processes of a container.', type: 'gauge' },
    ({ threads }) => threads,
  ),
  perContainer(
    {
      name: 'shimscope_container_zombies',
      help: 'Zombies in a container: its first process should reap them.',
      type: 'gauge',
    },
    ({ zombies }) => zombies,
  ),
]
