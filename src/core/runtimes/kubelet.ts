import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** Programs with kubelet inside, and what they are told to become it: microk8s' kubelite always is, hyperkube was every one. */
const hosts = new Map<string, ReadonlySet<string> | undefined>([
  ['kubelet', undefined],
  ['kubelite', undefined],
  ['hyperkube', new Set(['kubelet'])],
  ['k3s', new Set(['server', 'agent'])],
  // k3s writes its role into argv[0]. k3s-io/k3s pkg/cli/server/server.go, gspt.SetProcTitle
  ['k3s server', undefined],
  ['k3s agent', undefined],
])

export const kubelet: Runtime = {
  id: 'kubelet',
  program: 'kubelet',
  title:
    "Kubernetes' node agent, also inside k3s, microk8s' kubelite and hyperkube: it asks for every container of a pod",
  docs: 'kubernetes cmd/kubelet/app/options, k3s-io/k3s pkg/daemons/agent',
  programs: [...hosts.keys()],
  comms: [],
  expects: {
    ...expectsNothing,
    podsOnly: true,
    mayNotListen: true,
    // kubernetes v1.23 cmd/kubelet/app/options: --container-runtime-endpoint=unix:///var/run/dockershim.sock
    parts: [{ program: 'dockershim', socket: '/run/dockershim.sock' }],
  },
  recognize(process) {
    const program = programOf(process)
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    const roles = hosts.get(program)
    if (!hosts.has(program) || exeContradicts(process, program.replace(/ .*$/, ''))) return undefined
    if (roles !== undefined && !roles.has(argv[1] ?? '')) return undefined
    if (argv.includes('--version') || argv.includes('--help')) return undefined
    return { role: 'daemon', declaredAddresses: [], evidence: [commandLineOf(process)] }
  },
}
