import { plainDaemon } from './daemon-form.ts'

export const rootlesskit = plainDaemon({
  program: 'rootlesskit',
  title: 'makes the user, mount and pid namespaces in which Docker or containerd with nerdctl run without root',
  docs: 'rootless-containers/rootlesskit docs/process.md, containerd/nerdctl docs/rootless.md',
  expects: { mayNotListen: true },
})
