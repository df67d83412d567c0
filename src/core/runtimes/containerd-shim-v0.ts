import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/**
 * `containerd-shim ID BUNDLE RUNTIME`, with one more of them for each exec. Its working directory is not the bundle but
 * `<state>/<id>/init`, or `<state>/<id>/<exec id>` for an exec: that is how they are told apart.
 */
export const containerdShimV0: Runtime = {
  id: 'containerd-shim-v0',
  program: 'containerd-shim',
  title: 'shim of containerd 0.x and Docker 1.11–17.09: one per container and one per exec, child of containerd',
  docs: 'containerd v0.2.9 runtime/container.go, containerd-shim/main.go',
  programs: ['containerd-shim'],
  comms: [],
  expects: { ...expectsNothing, daemons: ['containerd'], tracking: 'parent', bundle: 'argument' },
  recognize(process) {
    if (programOf(process) !== 'containerd-shim' || exeContradicts(process, 'containerd-shim')) return undefined
    const [, id, bundle, engine, ...rest] = process.argv.kind === 'known' ? process.argv.value : []
    if (id === undefined || bundle === undefined || engine === undefined || rest.length > 0) return undefined
    if (id.startsWith('-') || (!bundle.startsWith('/') && bundle.startsWith('-'))) return undefined
    const cwd = process.detail?.cwd
    const execSession = cwd?.kind === 'known' && !cwd.value.path.endsWith('/init')
    if (execSession) {
      const evidence = [commandLineOf(process), { source: `/proc/${process.pid}/cwd`, observed: cwd.value.path }]
      return { role: 'engine', verb: 'exec-session', id, containerdNamespace: null, address: null, evidence }
    }
    return {
      role: 'shim',
      generation: 'v0',
      containerdNamespace: null,
      id,
      address: null,
      bundle,
      sockets: [],
      evidence: [commandLineOf(process)],
    }
  },
}
