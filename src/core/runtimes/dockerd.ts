import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const dockerd: Runtime = {
  id: 'dockerd',
  program: 'dockerd',
  title: 'the Docker daemon; it runs its containers through a containerd, often a child of its own',
  docs: 'moby cmd/dockerd',
  programs: ['dockerd'],
  comms: [],
  expects: expectsNothing,
  recognize(process) {
    if (programOf(process) !== 'dockerd' || exeContradicts(process, 'dockerd')) return undefined
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    if (argv.includes('--version') || argv.includes('-v') || argv.includes('--help')) return undefined
    return { role: 'daemon', declaredAddresses: hosts(argv), evidence: [commandLineOf(process)] }
  },
}

/** `-H` may be given often, joined or apart; only unix sockets tell us anything. */
function hosts(argv: readonly string[]): string[] {
  const given = argv.flatMap((arg, at) => {
    if (arg === '-H' || arg === '--host') return [argv[at + 1] ?? '']
    return /^(?:-H|--host)=(.*)$/.exec(arg)?.[1] ?? []
  })
  return given.filter((host) => host.startsWith('unix://'))
}
