import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { crioClients } from './crio-clients.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** Options without a value. conmon-rs conmon-rs/server/src/config.rs */
const switches = new Set(['version', 'v', 'skip-fork', 'enable-tracing', 'help', 'h'])

/**
 * `conmonrs --runtime ENGINE --runtime-dir DIR …`. The directory is the sandbox's in containers/storage, whether or not
 * the sandbox has a process of its own; the others of the pod have theirs beside it.
 */
export const conmonrs: Runtime = {
  id: 'conmonrs',
  program: 'conmonrs',
  title: 'CRI-O\'s monitor written in Rust: one per pod (runtime_type = "pod")',
  docs: 'conmon-rs pkg/client/client.go (toArgs); cri-o internal/oci/runtime_pod.go',
  programs: ['conmonrs'],
  comms: [],
  expects: {
    ...expectsNothing,
    daemons: ['crio'],
    bundle: 'argument',
    clients: crioClients,
    manages: 'cri-o',
  },
  recognize(process) {
    if (programOf(process) !== 'conmonrs' || exeContradicts(process, 'conmonrs')) return undefined
    const { values, words } = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
    const directory = values.get('runtime-dir')
    // `conmonrs pause` only holds a pod's namespaces.
    if (directory === undefined || words.length > 0) return undefined
    return {
      role: 'shim',
      generation: 'conmon',
      containerdNamespace: null,
      id: /\/([^/]+)\/userdata$/.exec(directory)?.[1] ?? null,
      address: null,
      bundle: directory,
      sockets: [],
      evidence: [commandLineOf(process)],
    }
  },
}
