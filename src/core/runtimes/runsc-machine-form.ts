import type { ProcessSample } from '../model/process.ts'
import { expectsNothing, type MachineRecognition, type Runtime } from '../model/runtime.ts'
import { commandLineOf, programOf } from './program.ts'

/**
 * What gVisor is made of: runsc started anew from /proc/self/exe, so that comm is `exe`; argv[0] tells which part it is.
 */
export function runscMachine({
  name,
  isIt = (process) => programOf(process) === name,
  idIn,
  part,
  untilStart,
  ...runtime
}: Pick<Runtime, 'title' | 'docs'> & {
  readonly name: string
  readonly isIt?: (process: ProcessSample) => boolean
  readonly idIn: (argv: readonly string[]) => string | null
} & Pick<MachineRecognition, 'part' | 'untilStart'>): Runtime {
  return {
    ...runtime,
    id: name,
    program: name,
    programs: [name, 'exe'],
    comms: [],
    machineComms: ['exe'],
    expects: expectsNothing,
    recognize(process) {
      if (!isIt(process)) return undefined
      const id = idIn(process.argv.kind === 'known' ? process.argv.value : [])
      const evidence = [commandLineOf(process)]
      return {
        role: 'machine',
        kind: 'kernel',
        part,
        id,
        startedBy: 'shim',
        evidence,
        ...(untilStart ? { untilStart } : {}),
      }
    },
  }
}
