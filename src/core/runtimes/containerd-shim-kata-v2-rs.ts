import { isRuntimeRs } from './containerd-shim-kata-v2.ts'
import { shimV2 } from './shim-v2-form.ts'

/**
 * Kata's shim in Rust, of the same name. Its own virtual machine monitor, Dragonball, runs as threads of the shim, so one
 * without any child is healthy; with QEMU, Cloud Hypervisor or Firecracker it is as the one in Go.
 */
export const containerdShimKataRs = shimV2({
  id: 'containerd-shim-kata-v2-rs',
  program: 'containerd-shim-kata-v2',
  title: 'the Kata Containers shim in Rust (runtime-rs): one per pod, often with the virtual machine inside of it',
  docs: 'kata-containers src/runtime-rs/crates/shim/src/shim_start.rs (new_command), crates/hypervisor/src/dragonball',
  isIt: isRuntimeRs,
  expects: { owns: 'vm-inside', mounts: 'own', writesInitPid: false },
})
