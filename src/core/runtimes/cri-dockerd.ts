import { plainDaemon } from './daemon-form.ts'

export const criDockerd = plainDaemon({
  program: 'cri-dockerd',
  title: 'the CRI of Docker since Kubernetes 1.24 lost its dockershim; no shim of its own',
  docs: 'Mirantis/cri-dockerd cmd, packaging/systemd/cri-docker.service',
  expects: { podsOnly: true },
})
