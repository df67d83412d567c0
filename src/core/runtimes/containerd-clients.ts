import type { Client } from '../model/runtime.ts'

/** Who keeps containers in containerd, by the containerd namespace that it uses. Any other belongs to people with `ctr`. */
export const containerdClients: readonly Client[] = [
  {
    containerdNamespace: 'k8s.io',
    manages: 'containerd',
    through: ['kubelet', 'containerd'],
    collects: true,
    sandboxes: true,
  },
  {
    containerdNamespace: 'moby',
    manages: 'docker',
    through: ['kubelet', 'cri-dockerd', 'dockerd', 'containerd'],
    collects: true,
    sandboxes: false,
  },
]
