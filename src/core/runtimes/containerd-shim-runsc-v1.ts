import { shimV2 } from './shim-v2-form.ts'

/**
 * gVisor's shim. Without the grouping option there is one for each container of a pod: the sandbox's started the kernel,
 * whose pid stands in the bundles of all; the others have a gofer only. No -id before April 2026.
 */
export const containerdShimRunsc = shimV2({
  program: 'containerd-shim-runsc-v1',
  title: "gVisor's shim: one per container, or per pod where it is told to group",
  docs: 'google/gvisor pkg/shim/v1/manager.go (newCommand), runsc/container/container.go (PIDFile)',
  expects: { owns: 'kernel' },
})
