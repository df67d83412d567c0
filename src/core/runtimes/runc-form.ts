import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import { type Expectations, expectsNothing, type RoleRecognition } from '../model/runtime.ts'
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
  'no-subreaper',
  'keep',
  'force',
  'f',
  'all',
  'a',
])

/** `exec` without this goes on for as long as the session does: people's own, and those of CRI-O. runc man/runc-exec.8.md */
const isDetached = ({ given }: Flags): boolean => given.has('d') || given.has('detach')

/** go-runc gives none of these more than seconds; half a minute is a hang. `run` and `events` last by design. */
const HANG_MS = 30_000
const VERBS = ['create', 'start', 'exec', 'kill', 'delete', 'state', 'update', 'pause', 'resume', 'init']

export const runcExpectations: Expectations = {
  ...expectsNothing,
  patienceMs: Object.fromEntries(VERBS.map((verb) => [verb, HANG_MS])),
  attends: ['run'],
  manages: 'runc',
}

/** `runc [global flags] VERB [flags] ID`, as runc and those built from it or after it take it. man/runc.8.md */
export function recognizeRunc(process: ProcessSample, program: string): RoleRecognition | undefined {
  if (programOf(process) !== program || exeContradicts(process, program)) return undefined
  const flags = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
  const [word, ...rest] = flags.words
  if (word === undefined) return undefined
  const verb = isInside(process) ? 'init' : word === 'exec' && !isDetached(flags) ? 'exec-session' : word
  const evidence = [commandLineOf(process)]
  return { role: 'engine', verb, id: rest[0] ?? null, containerdNamespace: null, address: null, evidence }
}

/**
 * Where an engine forks without exec (crun, youki), what waits for `start` inside the container says `create` still: the
 * first of its pid namespace, and soon the leader of a session, as an engine that go-runc calls is not.
 */
function isInside({ session, pid, detail }: ProcessSample): boolean {
  const inner = detail === undefined ? null : valueOf(detail.innerPids)
  return inner === null ? session === pid : inner.length > 1 && inner.at(-1) === 1
}
