import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { containerdClients } from './containerd-clients.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

const switches = new Set(['debug', 'version', 'v', 'help', 'h'])
/** Subcommands that print and exit. cmd/containerd/command */
const shortLived = new Set(['config', 'publish', 'oci-hook', 'help'])

export const containerd: Runtime = {
  id: 'containerd',
  program: 'containerd',
  title: 'containerd, also as docker-containerd and inside k3s, rke2, microk8s',
  docs: 'containerd cmd/containerd/command/main.go',
  programs: ['containerd'],
  comms: [],
  expects: { ...expectsNothing, clients: containerdClients },
  recognize(process) {
    // k3s and rke2 are one binary that goes by the name of its parts.
    if (programOf(process) !== 'containerd' || exeContradicts(process, 'containerd', ['k3s', 'rke2'])) return undefined
    const flags = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
    if (flags.words.some((word) => shortLived.has(word)) || flags.given.has('version') || flags.given.has('v'))
      return undefined
    // -l was containerd 0.2's name for it.
    const address = flags.values.get('address') ?? flags.values.get('a') ?? flags.values.get('l')
    return {
      role: 'daemon',
      declaredAddresses: address === undefined ? [] : [address],
      evidence: [commandLineOf(process)],
    }
  },
}
