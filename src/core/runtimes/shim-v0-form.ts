import type { ProcessSample } from '../model/process.ts'
import { type Expectations, expectsNothing, type RoleRecognition } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const shimV0Expectations: Expectations = {
  ...expectsNothing,
  daemons: ['containerd'],
  tracking: 'parent',
  bundle: 'argument',
}

/**
 * `containerd-shim ID BUNDLE RUNTIME`, with one more of them for each exec. Its working directory is not the bundle but
 * `<state>/<id>/init`, or `<state>/<id>/<exec id>` for an exec: that is how they are told apart.
 * containerd v0.2.9 runtime/container.go, containerd-shim/main.go
 */
export function recognizeShimV0(process: ProcessSample): RoleRecognition | undefined {
  if (programOf(process) !== 'containerd-shim' || exeContradicts(process, 'containerd-shim')) return undefined
  const [, id, bundle, engine, ...rest] = process.argv.kind === 'known' ? process.argv.value : []
  if (id === undefined || bundle === undefined || engine === undefined || rest.length > 0) return undefined
  if (id.startsWith('-') || !bundle.startsWith('/')) return undefined
  const evidence = [commandLineOf(process)]
  const cwd = process.detail?.cwd
  if (cwd?.kind === 'known' && !cwd.value.path.endsWith('/init')) {
    const proof = { source: `/proc/${process.pid}/cwd`, observed: cwd.value.path }
    return {
      role: 'engine',
      verb: 'exec-session',
      id,
      containerdNamespace: null,
      address: null,
      evidence: [...evidence, proof],
    }
  }
  return { role: 'shim', generation: 'v0', containerdNamespace: null, id, address: null, bundle, sockets: [], evidence }
}

/** Docker kept its bundles in a directory of its own. moby v1.11–v17.09 libcontainerd/client_linux.go */
export const isDockers = (recognition: RoleRecognition | undefined): boolean =>
  recognition?.role === 'shim' && recognition.bundle?.includes('/libcontainerd/') === true
