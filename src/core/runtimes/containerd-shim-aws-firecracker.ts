import type { Runtime } from '../model/runtime.ts'
import { baseName } from '../model/path.ts'
import { recognizeShimV2, shimV2Expectations } from './shim-v2-form.ts'

const program = 'containerd-shim-aws-firecracker'

/**
 * `containerd-shim-aws-firecracker -namespace NS -address SOCKET`, a child of firecracker-containerd. It works in
 * `<shim base>/<namespace>#<vm id>`, which is no bundle, and keeps the id in its environment otherwise.
 */
export const containerdShimAwsFirecracker: Runtime = {
  id: program,
  program,
  title: "firecracker-containerd's shim: one per virtual machine, which may hold many containers",
  docs: 'firecracker-microvm/firecracker-containerd firecracker-control/local.go (newShim), internal/vm/dir.go',
  programs: [program],
  comms: [],
  expects: {
    ...shimV2Expectations,
    daemons: ['firecracker-containerd', 'containerd'],
    // Its daemon starts it for a machine, and connects only when there is a container for it.
    tracking: 'parent',
    writesInitPid: false,
    bundle: 'none',
    owns: 'vm',
  },
  recognize(process) {
    const recognition = recognizeShimV2(process, program)
    if (recognition?.role !== 'shim') return recognition
    const cwd = process.detail?.cwd
    const id = cwd?.kind === 'known' ? (/#([^#]+)$/.exec(baseName(cwd.value.path))?.[1] ?? null) : null
    return { ...recognition, id }
  },
}
