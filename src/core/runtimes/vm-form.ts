import type { ProcessSample } from '../model/process.ts'
import { expectsNothing, type MachineRecognition, type Runtime } from '../model/runtime.ts'
import { commandLineOf } from './program.ts'

/** What the command line of a machine's process says: whose it is, and who starts such ones. */
export type Owner = Pick<MachineRecognition, 'id' | 'startedBy'>

/** A process of a virtual machine. Dead and not reaped, it has only its name left, which says what it was but not whose. */
export function vmProcess({
  part,
  ownerIn,
  ...runtime
}: Pick<Runtime, 'program' | 'title' | 'docs' | 'programs'> & {
  readonly part: MachineRecognition['part']
  readonly machineComms: readonly string[]
  readonly ownerIn: (argv: readonly string[]) => Owner | undefined
}): Runtime {
  return {
    ...runtime,
    id: runtime.program,
    comms: runtime.machineComms,
    expects: expectsNothing,
    recognize(process) {
      const owner = process.state === 'Z' ? unknownOwner : ownerIn(argvOf(process))
      return owner === undefined
        ? undefined
        : { role: 'machine', kind: 'vm', part, ...owner, evidence: [commandLineOf(process)] }
    },
  }
}

const unknownOwner: Owner = { id: null, startedBy: 'anybody' }

const argvOf = ({ argv }: ProcessSample): readonly string[] => (argv.kind === 'known' ? argv.value : [])
