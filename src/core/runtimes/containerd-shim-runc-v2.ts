import { shimV2 } from './shim-v2-form.ts'

export const containerdShimRuncV2 = shimV2({
  program: 'containerd-shim-runc-v2',
  title: "containerd's shim for runc since 1.3: one per container, or one per pod",
  docs: 'containerd core/runtime/v2/README.md, cmd/containerd-shim-runc-v2',
})
