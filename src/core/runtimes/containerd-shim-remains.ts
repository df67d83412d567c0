import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { recognizeRemains } from './remains-form.ts'

/**
 * A shim that exited and that nobody has reaped. `containerd-shim` fills comm's 15 bytes, so every variant is left with
 * the same name; `docker-containerd-shim` is cut to `docker-containe`, as docker-containerd is. proc(5), comm
 */
export const containerdShimRemains: Runtime = {
  id: 'containerd-shim-remains',
  program: 'containerd-shim',
  title: 'a zombie that was a containerd shim of any generation',
  docs: 'proc(5), /proc/pid/stat: comm and state',
  programs: [],
  comms: ['containerd-shim', 'docker-containe'],
  expects: expectsNothing,
  recognize: recognizeRemains,
}
