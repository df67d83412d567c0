import type { ProcessSample } from '../model/process.ts'
import { shimV2 } from './shim-v2-form.ts'

/**
 * Kata's shim in Go: one per pod, and the virtual machine is a process of its own, QEMU's a child of init up to 3.2. It
 * leaves its daemon's mount namespace while it starts, and writes no init.pid: the containers' pids are the guest's.
 */
export const containerdShimKata = shimV2({
  id: 'containerd-shim-kata-v2',
  program: 'containerd-shim-kata-v2',
  title: 'the Kata Containers shim in Go: one per pod, beside the virtual machine that the pod runs in',
  docs: 'kata-containers src/runtime/pkg/containerd-shim-v2/service.go (newCommand, setupMntNs)',
  isIt: (process) => !isRuntimeRs(process),
  expects: { owns: 'vm', mounts: 'own', writesInitPid: false },
  // Made before the machine starts and removed when it was stopped. virtcontainers/persist/fs/fs.go, qemu.go, clh.go
  machineDirectory: (id) => `/run/vc/vm/${id}`,
})

/** Both bear one name; only the order of their flags tells them apart. */
export const isRuntimeRs = ({ argv }: ProcessSample): boolean => argv.kind === 'known' && argv.value[1] === '-id'
