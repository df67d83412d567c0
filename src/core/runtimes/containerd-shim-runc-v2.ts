import { runcShimUsual } from './runc-shim-usual.ts'
import { shimV2, shimV2Expectations } from './shim-v2-form.ts'

export const containerdShimRuncV2 = shimV2({
  program: 'containerd-shim-runc-v2',
  title: "containerd's shim for runc since 1.3: one per container, or one per pod",
  expects: { ...shimV2Expectations, usual: runcShimUsual },
  docs: 'containerd core/runtime/v2/README.md, cmd/containerd-shim-runc-v2',
})
