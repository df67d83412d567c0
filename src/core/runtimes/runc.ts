import type { Runtime } from '../model/runtime.ts'
import { recognizeRunc, runcExpectations } from './runc-form.ts'

/** What runc calls its stages. libcontainer/nsenter/nsexec.c */
const stages = new Map([
  ['runc:[0:PARENT]', 'init'],
  ['runc:[1:CHILD]', 'init'],
  ['runc:[2:INIT]', 'init'],
])

export const runc: Runtime = {
  id: 'runc',
  program: 'runc',
  title: 'runc, the OCI engine that a shim calls for each step and that exits when the step is done; also by itself',
  docs: 'opencontainers/runc man/runc.8.md, libcontainer/nsenter/README.md',
  programs: ['runc'],
  comms: [...stages.keys()],
  expects: runcExpectations,
  recognize(process) {
    const stage = stages.get(process.comm)
    if (stage === undefined) return recognizeRunc(process, 'runc')
    // Anybody may take that name; runc's stages run from /proc/self/exe or a copy in memory, and show `init` as argument.
    const argv = process.argv.kind === 'known' ? process.argv.value : []
    if (argv.length > 0 && argv[1] !== 'init') return undefined
    return {
      role: 'engine',
      verb: stage,
      id: null,
      containerdNamespace: null,
      address: null,
      evidence: [{ source: `/proc/${process.pid}/comm`, observed: process.comm }],
    }
  },
}
