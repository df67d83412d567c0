import type { Container } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { type LabelSet, labelSet } from './label-set.ts'
import { Tally } from './tally.ts'

const labels = ['namespace', 'pod', 'container', 'container_id'] as const

const known = new WeakMap<Container, LabelSet>()

/** Made once for all metrics, and for all scrapes until something about the container changes. */
function labelsOf(container: Container): LabelSet {
  let made = known.get(container)
  if (made === undefined) {
    const { id, name, pod } = container
    made = labelSet({
      namespace: pod?.namespace ?? null,
      pod: pod === null ? null : (pod.name ?? pod.uid),
      container: name,
      container_id: id,
    })
    known.set(container, made)
  }
  return made
}

/** One measurement, one series for each container that it is known of. */
const perContainer = (
  metric: Pick<Metric, 'name' | 'help' | 'type'>,
  measure: (container: Container) => number | null,
): Metric => ({
  ...metric,
  labels,
  most: Number.POSITIVE_INFINITY,
  series({ pass }) {
    // Two of them may be called the same, say in a node and in one nested in it: one series, or the scrape fails.
    const result = new Tally<(typeof labels)[number]>()
    for (const container of pass?.snapshot.containers ?? []) {
      const value = measure(container)
      if (value !== null) result.addTo(labelsOf(container), value)
    }
    return result.series()
  },
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
