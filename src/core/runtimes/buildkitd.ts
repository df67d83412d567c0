import { plainDaemon } from './daemon-form.ts'

export const buildkitd = plainDaemon({
  program: 'buildkitd',
  title: 'builds images; it calls buildkit-runc for each step and needs no shim',
  docs: 'moby/buildkit cmd/buildkitd, executor/runcexecutor',
})
