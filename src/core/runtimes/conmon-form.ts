import type { ProcessSample } from '../model/process.ts'
import type { RoleRecognition, ShimRecognition } from '../model/runtime.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'

/** Options without a value; podman's `--api-version 1` is one of them, and a word. conmon src/cli.c, opt_entries */
const switches = new Set([
  ...[
    'api-version',
    'e',
    'exec',
    'exec-attach',
    'full-attach',
    'i',
    'stdin',
    't',
    'terminal',
    's',
    'systemd-cgroup',
    'sync',
    'syslog',
  ],
  ...['leave-stdin-open', 'no-container-partial-message', 'no-new-keyring', 'no-pivot', 'no-sync-log', 'log-rotate'],
  ...['replace-listen-pid', 'version'],
])

export type ConmonNames = NonNullable<ShimRecognition['names']>

/** What a conmon's command line says, whoever called it. */
export interface ConmonCall {
  readonly id: string
  readonly bundle: string | null
  readonly name: string | null
  readonly exitDirectory: string | null
  readonly exitCommand: string | null
  readonly pidFile: string | null
  /** It watches a session that was started in the container, not the container. */
  readonly isSession: boolean
}

/** `conmon -c ID -u UUID -b BUNDLE -n NAME -r ENGINE -p PIDFILE --exit-dir DIR …`, one for each container and each exec. */
export function conmonCall(process: ProcessSample): ConmonCall | undefined {
  if (programOf(process) !== 'conmon' || exeContradicts(process, 'conmon')) return undefined
  const { values, given } = parseFlags(process.argv.kind === 'known' ? process.argv.value.slice(1) : [], switches)
  const id = values.get('c') ?? values.get('cid')
  if (id === undefined) return undefined
  return {
    id,
    bundle: values.get('b') ?? values.get('bundle') ?? null,
    name: values.get('n') ?? values.get('name') ?? null,
    exitDirectory: values.get('exit-dir') ?? null,
    exitCommand: values.get('exit-command') ?? null,
    pidFile: values.get('p') ?? values.get('container-pidfile') ?? null,
    isSession: given.has('e') || given.has('exec') || values.has('exec-process-spec'),
  }
}

/** podman cleans up by calling itself when the container ends; CRI-O watches the directory of exit files instead. */
export const isOfPodman = ({ exitCommand, exitDirectory }: ConmonCall): boolean =>
  exitCommand !== null || exitDirectory?.includes('/libpod/') === true

/** A container's monitor keeps it like a shim; a session's lives as long as the session, beside the container's own. */
export function recognizeConmon(
  process: ProcessSample,
  { id, bundle, pidFile, isSession }: ConmonCall,
  names: ConmonNames,
): RoleRecognition {
  const common = { id, containerdNamespace: null, address: null, evidence: [commandLineOf(process)] }
  if (isSession) return { role: 'engine', verb: 'exec-session', ...common }
  return { role: 'shim', generation: 'conmon', ...common, bundle, pidFile, names, sockets: [] }
}
