import { parseFlags } from './flags.ts'
import { sandboxIn } from './kata-paths.ts'
import { vmProcess } from './vm-form.ts'

/**
 * `firecracker --api-sock /run/vc/firecracker/<id>/…` of kata, `--id <id>` of its jailer, and firecracker-containerd's
 * `--api-sock firecracker.sock`. Many other programs start Firecracker too, so without kata's path only its place in the
 * tree or its id tells whose it is.
 */
export const firecracker = vmProcess({
  program: 'firecracker',
  part: 'guest',
  title: 'a virtual machine in Firecracker, of Kata or of firecracker-containerd',
  docs: 'kata-containers src/runtime/virtcontainers/fc.go (fcInit), firecracker-microvm/firecracker docs/jailer.md',
  programs: ['firecracker', 'firecracker-v*'],
  machineComms: ['firecracker'],
  ownerIn(argv) {
    const { values } = parseFlags(argv.slice(1), new Set(['no-seccomp', 'no-api', 'daemonize']))
    const id = sandboxIn(values.get('api-sock'))
    return id === undefined ? { id: values.get('id') ?? null, startedBy: 'anybody' } : { id, startedBy: 'shim' }
  },
})
