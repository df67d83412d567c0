import type { Client } from '../model/runtime.ts'

/**
 * Who keeps containers in containerd, by the containerd namespace that it uses. Any other belongs to people with `ctr`
 * or nerdctl. Before containerd 1.1 its CRI was a daemon of its own, cri-containerd; before Kubernetes 1.24 kubelet had
 * the CRI of Docker inside, dockershim.
 */
export const containerdClients: readonly Client[] = [
  {
    containerdNamespace: 'k8s.io',
    manages: 'containerd',
    through: ['kubelet', 'cri-containerd', 'containerd'],
    collects: true,
    sandboxes: true,
  },
  {
    containerdNamespace: 'moby',
    manages: 'docker',
    through: ['kubelet', 'dockershim', 'cri-dockerd', 'dockerd', 'containerd'],
    certain: ['dockerd'],
    collects: true,
    sandboxes: false,
  },
]
