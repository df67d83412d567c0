import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { containerdClients } from './containerd-clients.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'
import { runcShimUsual } from './runc-shim-usual.ts'
import { shimSockets } from './shim-sockets.ts'

const switches = new Set(['debug', 'systemd-cgroup', 'v', 'version'])

/** `containerd-shim -namespace NS -workdir DIR/NS/ID -address SOCKET -containerd-binary PATH …`: the id is the workdir's name. */
export const containerdShimV1: Runtime = {
  id: 'containerd-shim-v1',
  program: 'containerd-shim',
  title: 'shim v1 of containerd 1.0–1.6 and Docker 17.12–20.10: one per container, child of containerd',
  docs: 'containerd v1.6 cmd/containerd-shim/main_unix.go, runtime/v1/shim/client/client.go',
  programs: ['containerd-shim'],
  comms: [],
  expects: {
    ...expectsNothing,
    daemons: ['containerd'],
    tracking: 'connection',
    writesInitPid: true,
    bundle: 'cwd',
    clients: containerdClients,
    usual: runcShimUsual,
  },
  recognize(process) {
    if (programOf(process) !== 'containerd-shim' || exeContradicts(process, 'containerd-shim')) return undefined
    const { values } = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
    const containerdNamespace = values.get('namespace')
    const workdir = values.get('workdir')
    if (containerdNamespace === undefined || workdir === undefined) return undefined
    const id = workdir.slice(workdir.lastIndexOf('/') + 1)
    const address = values.get('address') ?? null
    return {
      role: 'shim',
      generation: 'v1',
      containerdNamespace,
      id,
      address,
      bundle: null,
      sockets: shimSockets(address, containerdNamespace, id),
      evidence: [commandLineOf(process)],
    }
  },
}
