import { runcShimUsual } from './runc-shim-usual.ts'
import { shimV2, shimV2Expectations } from './shim-v2-form.ts'

export const containerdShimRuncV1 = shimV2({
  program: 'containerd-shim-runc-v1',
  title: "containerd's first shim of the v2 API for runc, 1.2–1.7: one per container",
  expects: { ...shimV2Expectations, usual: runcShimUsual },
  docs: 'containerd v1.2 runtime/v2/runc/service.go (no -id), v1.3 runtime/v2/runc/v1',
})
