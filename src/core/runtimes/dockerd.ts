import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const dockerd: Runtime = {
  id: 'dockerd',
  program: 'dockerd',
  title: 'the Docker daemon; it runs its containers through a containerd, often a child of its own',
  docs: 'moby cmd/dockerd',
  programs: ['dockerd', 'docker'],
  comms: [],
  expects: expectsNothing,
  recognize(process) {
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    const program = programOf(process)
    // Up to Docker 1.11 client and daemon were one program. moby v1.11.2 cmd/docker/daemon.go
    if (program !== 'dockerd' && !(program === 'docker' && argv[1] === 'daemon')) return undefined
    if (exeContradicts(process, program)) return undefined
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
