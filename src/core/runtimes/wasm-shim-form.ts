import type { Runtime } from '../model/runtime.ts'
import { shimV2 } from './shim-v2-form.ts'

/**
 * The shims of runwasi. A container is forked off a zygote of the shim and runs the module without an exec, so that all
 * of them show the same command line to the byte: `Sl` in ps is the shim, `Ssl` the container, which leads a session
 * (spinframework/containerd-shim-spin#195). A shim never does: containerd-shimkit starts it without setsid.
 */
export function wasmShim({ name, title, docs }: { name: string } & Pick<Runtime, 'title' | 'docs'>): Runtime {
  return shimV2({
    id: `containerd-shim-${name}`,
    program: `containerd-shim-${name}-v*`,
    title,
    docs,
    isIt: ({ session, pid }) => session !== pid,
    expects: { writesInitPid: false },
  })
}
