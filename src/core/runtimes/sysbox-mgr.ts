import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

export const sysboxMgr: Runtime = {
  id: 'sysbox-mgr',
  program: 'sysbox-mgr',
  title: 'the Sysbox manager: gives containers their user ids and mounts',
  docs: 'nestybox/sysbox docs/user-guide/design.md',
  programs: ['sysbox-mgr'],
  comms: [],
  expects: expectsNothing,
  recognize(process) {
    if (programOf(process) !== 'sysbox-mgr' || exeContradicts(process, 'sysbox-mgr')) return undefined
    // Fixed in nestybox/sysbox-ipc.
    return { role: 'daemon', declaredAddresses: ['/run/sysbox/sysmgr.sock'], evidence: [commandLineOf(process)] }
  },
}
