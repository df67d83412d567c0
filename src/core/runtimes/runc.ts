import { expectsNothing, type Runtime } from '../model/runtime.ts'
import { type Flags, parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

const switches = new Set([
  'debug',
  'systemd-cgroup',
  'detach',
  'd',
  'tty',
  't',
  'no-pivot',
  'no-new-keyring',
  'force',
  'f',
  'all',
  'a',
])

/** What runc calls its stages. libcontainer/nsenter/nsexec.c */
const stages = new Map([
  ['runc:[0:PARENT]', 'init'],
  ['runc:[1:CHILD]', 'init'],
  ['runc:[2:INIT]', 'init'],
])

/** `exec` without this goes on for as long as the session does: people's own, and those of CRI-O. runc man/runc-exec.8.md */
const isDetached = ({ given }: Flags): boolean => given.has('d') || given.has('detach')

/** go-runc gives none of these more than seconds; half a minute is a hang. `run` and `events` last by design. */
const HANG_MS = 30_000

export const runc: Runtime = {
  id: 'runc',
  program: 'runc',
  title: 'runc, the OCI engine that a shim calls for each step and that exits when the step is done',
  docs: 'opencontainers/runc man/runc.8.md, libcontainer/nsenter/README.md',
  programs: ['runc'],
  comms: [...stages.keys()],
  expects: {
    ...expectsNothing,
    patienceMs: Object.fromEntries(
      ['create', 'start', 'exec', 'kill', 'delete', 'state', 'update', 'pause', 'resume', 'init'].map((verb) => [
        verb,
        HANG_MS,
      ]),
    ),
  },
  recognize(process) {
    const none = { id: null, containerdNamespace: null, address: null }
    const stage = stages.get(process.comm)
    if (stage !== undefined) {
      // Anybody may take that name; runc's stages run from /proc/self/exe or a copy in memory, and show `init` as argument.
      const argv = process.argv.kind === 'known' ? process.argv.value : []
      if (argv.length > 0 && argv[1] !== 'init') return undefined
      return {
        role: 'engine',
        verb: stage,
        ...none,
        evidence: [{ source: `/proc/${process.pid}/comm`, observed: process.comm }],
      }
    }
    if (programOf(process) !== 'runc' || exeContradicts(process, 'runc')) return undefined
    const flags = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
    const [verb, ...rest] = flags.words
    if (verb === undefined) return undefined
    const isSession = verb === 'exec' && !isDetached(flags)
    return {
      role: 'engine',
      verb: isSession ? 'exec-session' : verb,
      ...none,
      id: rest[0] ?? null,
      evidence: [commandLineOf(process)],
    }
  },
}
