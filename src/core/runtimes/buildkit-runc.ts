import type { Runtime } from '../model/runtime.ts'
import { recognizeRunc, runcExpectations } from './runc-form.ts'

export const buildkitRunc: Runtime = {
  id: 'buildkit-runc',
  program: 'buildkit-runc',
  title: "buildkit's runc: it stays beside the container of a build step, and there is no shim",
  docs: 'moby/buildkit executor/runcexecutor/executor.go',
  programs: ['buildkit-runc'],
  comms: [],
  expects: {
    ...runcExpectations,
    daemons: ['buildkitd'],
    clients: [
      {
        containerdNamespace: null,
        manages: 'buildkit',
        through: ['buildkitd'],
        collects: true,
        sandboxes: false,
      },
    ],
    manages: 'buildkit',
  },
  recognize: (process) => recognizeRunc(process, 'buildkit-runc'),
}
