import { sandboxIn } from './kata-paths.ts'
import { vmProcess } from './vm-form.ts'

/**
 * `virtiofsd --shared-dir=/run/kata-containers/shared/sandboxes/<id>/shared`, in C `-o source=…`, with a fork of itself.
 * libvirt and others start it too, with other directories.
 */
export const virtiofsd = vmProcess({
  program: 'virtiofsd',
  part: 'helper',
  title: 'the file server beside the virtual machine of a Kata sandbox',
  docs: 'kata-containers src/runtime/virtcontainers/virtiofsd.go (args), src/runtime-rs/crates/resource/src/share_fs/share_virtio_fs_standalone.rs',
  programs: ['virtiofsd', 'virtiofsd-*'],
  machineComms: ['virtiofsd'],
  ownerIn(argv) {
    const id = argv.map(sandboxIn).find((found) => found !== undefined)
    return id === undefined ? undefined : { id, startedBy: 'shim' }
  },
})
