import type { Runtime } from '../model/runtime.ts'
import { isDockers, recognizeShimV0, shimV0Expectations } from './shim-v0-form.ts'

export const dockerContainerdShimV0: Runtime = {
  id: 'docker-containerd-shim-v0',
  program: 'containerd-shim',
  title: 'docker-containerd-shim of Docker 1.11–17.09: the shim of containerd 0.2 under its bundled name',
  docs: 'moby v1.12.6 libcontainerd/remote_linux.go, client_linux.go',
  programs: ['containerd-shim'],
  comms: [],
  expects: {
    ...shimV0Expectations,
    clients: [
      {
        containerdNamespace: null,
        manages: 'docker',
        through: ['kubelet', 'dockershim', 'dockerd', 'containerd'],
        certain: ['dockerd'],
        collects: true,
        sandboxes: false,
      },
    ],
    manages: 'docker',
  },
  recognize(process) {
    const recognition = recognizeShimV0(process)
    return isDockers(recognition) ? recognition : undefined
  },
}
