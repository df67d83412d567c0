import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Metric } from './metric.ts'
import { tally } from './tally.ts'

export const containers: Metric = {
  name: 'shimscope_containers',
  help: 'Containers by manager, OCI state as inferred from /proc, and what keeps them: a shim, a monitor (conmon), or none.',
  type: 'gauge',
  labels: ['runtime', 'containerd_namespace', 'role', 'state', 'kept'],
  series({ pass }) {
    const monitors = new Set(
      pass?.snapshot.shims.filter(({ generation }) => generation === 'conmon').map(({ key }) => key),
    )
    const keptBy = (shim: Snapshot['containers'][number]['shim']) =>
      shim === null ? 'none' : monitors.has(shim) ? 'monitor' : 'shim'
    return tally(pass?.snapshot.containers, ({ runtime, containerdNamespace, role, state, shim }) => ({
      runtime,
      containerd_namespace: containerdNamespace,
      role,
      state,
      kept: keptBy(shim),
    }))
  },
}

export const chains: Metric = {
  name: 'shimscope_chains',
  help: 'Containers by the programs that they were started through, outermost first, such as kubelet/containerd/containerd-shim-runc-v2.',
  type: 'gauge',
  labels: ['chain'],
  series: ({ pass }) => tally(pass?.snapshot.containers, ({ chain }) => ({ chain: chain.join('/') })),
}
