import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const kubelet: Runtime = {
  id: 'kubelet',
  program: 'kubelet',
  title: "Kubernetes' node agent: it asks containerd, CRI-O or Docker for every container of a pod",
  docs: 'kubernetes cmd/kubelet/app/options',
  programs: ['kubelet', 'kubelite', 'hyperkube'],
  comms: [],
  expects: expectsNothing,
  recognize(process) {
    const program = programOf(process)
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    // hyperkube was every Kubernetes program in one; microk8s runs kubelet inside kubelite.
    const named = program === 'kubelet' || program === 'kubelite' || (program === 'hyperkube' && argv[1] === 'kubelet')
    if (!named || exeContradicts(process, program)) return undefined
    return { role: 'daemon', declaredAddresses: [], evidence: [commandLineOf(process)] }
  },
}
