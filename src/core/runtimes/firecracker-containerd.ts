import type { Runtime } from '../model/runtime.ts'
import { containerd } from './containerd.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

const program = 'firecracker-containerd'

export const firecrackerContainerd: Runtime = {
  ...containerd,
  id: program,
  program,
  title: 'a containerd with the plugin that starts Firecracker machines',
  docs: 'firecracker-microvm/firecracker-containerd docs/getting-started.md',
  programs: [program],
  recognize(process) {
    if (programOf(process) !== program || exeContradicts(process, program)) return undefined
    const { values } = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], new Set(['debug']))
    const address = values.get('address') ?? values.get('a')
    return {
      role: 'daemon',
      declaredAddresses: address === undefined ? [] : [address],
      evidence: [commandLineOf(process)],
    }
  },
}
