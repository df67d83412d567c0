import type { Runtime } from '../model/runtime.ts'
import { isDockers, recognizeShimV0, shimV0Expectations } from './shim-v0-form.ts'

export const containerdShimV0: Runtime = {
  id: 'containerd-shim-v0',
  program: 'containerd-shim',
  title: 'shim of containerd 0.x: one per container and one per exec, child of containerd',
  docs: 'containerd v0.2.9 runtime/container.go, containerd-shim/main.go',
  programs: ['containerd-shim'],
  comms: [],
  expects: shimV0Expectations,
  recognize(process) {
    const recognition = recognizeShimV0(process)
    return isDockers(recognition) ? undefined : recognition
  },
}
