import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** `podman system service [URI]`: serves the API for a while, and owns no container. Any other podman comes and goes. */
export const podman: Runtime = {
  id: 'podman',
  program: 'podman',
  title: "podman's API service; its containers are kept by conmon, with it or without it",
  docs: 'podman docs/source/markdown/podman-system-service.1.md',
  programs: ['podman'],
  comms: [],
  expects: { ...expectsNothing, manages: 'podman' },
  recognize(process) {
    if (programOf(process) !== 'podman' || exeContradicts(process, 'podman')) return undefined
    const { words } = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], new Set())
    const at = words.indexOf('system')
    if (at < 0 || words[at + 1] !== 'service') return undefined
    const address = words[at + 2]
    return {
      role: 'daemon',
      declaredAddresses: address?.startsWith('unix:') === true ? [address] : [],
      evidence: [commandLineOf(process)],
    }
  },
}
