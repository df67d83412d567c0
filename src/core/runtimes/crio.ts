import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { crioClients } from './crio-clients.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** Options without a value. cri-o internal/criocli/criocli.go, those that units in use set */
const switches = new Set([
  'help',
  'h',
  'version',
  'v',
  'selinux',
  'no-pivot',
  'read-only',
  'drop-infra-ctr',
  'enable-metrics',
])
/** Subcommands that print, or clean up, and exit. cri-o internal/criocli */
const shortLived = new Set([
  'config',
  'status',
  'version',
  'wipe',
  'check',
  'complete',
  'completion',
  'man',
  'markdown',
  'md',
])

/** Where it serves unless told. cri-o pkg/config/config_unix.go, CrioSocketPath */
const USUAL_ADDRESS = '/var/run/crio/crio.sock'

export const crio: Runtime = {
  id: 'crio',
  program: 'crio',
  title: 'CRI-O, the Kubernetes runtime whose containers are kept by conmon or conmonrs',
  docs: 'cri-o docs/crio.8.md, cmd/crio/main.go',
  programs: ['crio'],
  comms: [],
  expects: { ...expectsNothing, clients: crioClients, manages: 'cri-o' },
  recognize(process) {
    if (programOf(process) !== 'crio' || exeContradicts(process, 'crio')) return undefined
    const flags = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
    if (flags.words.some((word) => shortLived.has(word)) || flags.given.has('version') || flags.given.has('v'))
      return undefined
    return {
      role: 'daemon',
      declaredAddresses: [flags.values.get('listen') ?? USUAL_ADDRESS],
      evidence: [commandLineOf(process)],
    }
  },
}
