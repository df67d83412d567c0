import { sandboxIn } from './kata-paths.ts'
import { vmProcess } from './vm-form.ts'

/** `cloud-hypervisor --api-socket /run/vc/vm/<id>/clh-api.sock` (Go), `… /run/kata/<id>/…` (runtime-rs). */
export const cloudHypervisor = vmProcess({
  program: 'cloud-hypervisor',
  part: 'guest',
  title: 'the virtual machine of a Kata sandbox in Cloud Hypervisor',
  docs: 'kata-containers src/runtime/virtcontainers/clh.go (launchClh), src/runtime-rs/crates/hypervisor/src/ch/inner_hypervisor.rs',
  programs: ['cloud-hypervisor', 'cloud-hypervisor-*'],
  machineComms: ['cloud-hyperviso'],
  ownerIn(argv) {
    const at = argv.indexOf('--api-socket')
    const id = at < 0 ? undefined : sandboxIn(argv[at + 1])
    return id === undefined ? undefined : { id, startedBy: 'shim' }
  },
})
