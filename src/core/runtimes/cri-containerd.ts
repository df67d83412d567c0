import { plainDaemon } from './daemon-form.ts'

export const criContainerd = plainDaemon({
  program: 'cri-containerd',
  title: 'the CRI of containerd 1.0 as a daemon of its own, between kubelet and containerd; a plugin since 1.1',
  docs: 'containerd/cri v1.0.0-beta.1 cmd/cri-containerd, docs/architecture.md',
  expects: { podsOnly: true },
})
