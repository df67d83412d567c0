import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const sysboxFs: Runtime = {
  id: 'sysbox-fs',
  program: 'sysbox-fs',
  title: 'the Sysbox file system: answers for parts of /proc and /sys inside containers',
  docs: 'nestybox/sysbox docs/user-guide/design.md',
  programs: ['sysbox-fs'],
  comms: [],
  expects: expectsNothing,
  recognize(process) {
    if (programOf(process) !== 'sysbox-fs' || exeContradicts(process, 'sysbox-fs')) return undefined
    // Fixed in nestybox/sysbox-ipc.
    return { role: 'daemon', declaredAddresses: ['/run/sysbox/sysfs.sock'], evidence: [commandLineOf(process)] }
  },
}
