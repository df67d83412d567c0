import { vmProcess } from './vm-form.ts'

/** `-name sandbox-<id>[,debug-threads=on]`: only kata names its machines so. */
export const qemu = vmProcess({
  program: 'qemu',
  part: 'guest',
  title: 'the virtual machine of a Kata sandbox in QEMU; a child of init where it made itself a daemon',
  docs: 'kata-containers src/runtime/virtcontainers/qemu.go, src/runtime-rs/crates/hypervisor/src/qemu/cmdline_generator.rs',
  programs: ['qemu-*'],
  machineComms: [
    'qemu-system-x86',
    'qemu-system-aar',
    'qemu-system-ppc',
    'qemu-system-s39',
    'qemu-virtiofs-s',
    'qemu-kvm',
  ],
  ownerIn(argv) {
    const at = argv.indexOf('-name')
    const id = at < 0 ? undefined : /^sandbox-([^,]+)/.exec(argv[at + 1] ?? '')?.[1]
    return id === undefined ? undefined : { id, startedBy: 'shim' }
  },
})
