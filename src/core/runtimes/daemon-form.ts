import { type Expectations, expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** A daemon that needs nothing but its name to be told; where it listens is seen by its sockets. */
export function plainDaemon(
  runtime: Pick<Runtime, 'program' | 'title' | 'docs'> & { expects?: Partial<Expectations> },
): Runtime {
  const { program, expects } = runtime
  return {
    ...runtime,
    id: program,
    programs: [program],
    comms: [],
    expects: { ...expectsNothing, ...expects },
    recognize(process) {
      if (programOf(process) !== program || exeContradicts(process, program)) return undefined
      const argv = process.argv.kind === 'known' ? process.argv.value : []
      if (argv.some((arg) => printing.has(arg))) return undefined
      return { role: 'daemon', declaredAddresses: [], evidence: [commandLineOf(process)] }
    },
  }
}

/** Asked for these, a program prints and exits. */
const printing = new Set(['--version', '-version', '-v', '--help', '-h'])
