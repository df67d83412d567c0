import type { ProcessSample } from '../model/process.ts'
import { type Expectations, expectsNothing, type RoleRecognition, type Runtime } from '../model/runtime.ts'
import { containerdClients } from './containerd-clients.ts'
import { parseFlags } from './flags.ts'
import { commandLineOf, exeContradicts, programOf } from './program.ts'
import { shimSockets } from './shim-sockets.ts'

const switches = new Set(['debug', 'info', 'v', 'version'])

/** containerd gives `start` and `delete` 5 s each; twice that is a hang. core/runtime/v2/binary.go, shim.go */
const TRANSIENT_PATIENCE_MS = 10_000

export const shimV2Expectations: Expectations = {
  ...expectsNothing,
  daemons: ['containerd'],
  tracking: 'connection',
  writesInitPid: true,
  bundle: 'cwd',
  patienceMs: { start: TRANSIENT_PATIENCE_MS, delete: TRANSIENT_PATIENCE_MS },
  clients: containerdClients,
}

/**
 * The command line that all shims of the v2 API share, pkg/shim/shim.go:
 * `SHIM -namespace NS [-id ID] -address SOCKET [-publish-binary CONTAINERD] [-bundle DIR] [-debug] [start|delete]`.
 * With a verb it is a short invocation by containerd, else the shim itself.
 */
export function recognizeShimV2(process: ProcessSample, program: string): RoleRecognition | undefined {
  if (programOf(process) !== program || exeContradicts(process, program)) return undefined
  const argv = process.argv.kind === 'known' ? process.argv.value : []
  const flags = parseFlags(argv.slice(1), switches)
  if (['info', 'v', 'version'].some((flag) => flags.given.has(flag))) return undefined
  const containerdNamespace = flags.values.get('namespace') ?? null
  // CRI-O speaks to shims itself and leaves it empty. internal/oci/runtime_vm.go
  const address = flags.values.get('address') || null
  const named = flags.values.get('id') ?? null
  const evidence = [commandLineOf(process)]
  const verb = flags.words[0]
  if (verb !== undefined) return { role: 'engine', verb, id: named, containerdNamespace, address, evidence }
  if (containerdNamespace === null) return undefined
  // Some shims are started without -id (runc-v1 of 1.2, runsc): the bundle that they run in is named after it.
  const id = named ?? idFromBundle(process)
  return {
    role: 'shim',
    generation: 'v2',
    containerdNamespace,
    id,
    address,
    bundle: null,
    sockets: shimSockets(address, containerdNamespace, id, flags.values.get('socket')),
    evidence,
  }
}

/** containerd deletes a bundle by renaming it to a name with a leading dot. core/runtime/v2/bundle.go, atomicDelete */
export function idFromBundle(process: ProcessSample): string | null {
  const cwd = process.detail?.cwd
  if (cwd?.kind !== 'known') return null
  const name = cwd.value.path.slice(cwd.value.path.lastIndexOf('/') + 1)
  return cwd.value.deleted && name.startsWith('.') ? name.slice(1) : name
}

/** A shim of the v2 API: what differs between them is the name and what they expect. */
export function shimV2(
  runtime: Pick<Runtime, 'program' | 'title' | 'docs'> & {
    readonly id?: string
    readonly expects?: Partial<Expectations>
    /** Whether it is this one, where several share a name. */
    readonly isIt?: (process: ProcessSample) => boolean
    readonly machineDirectory?: (id: string) => string
  },
): Runtime {
  const { isIt = () => true, machineDirectory, expects, ...named } = runtime
  const family = runtime.program.endsWith('*') ? runtime.program.slice(0, -1) : undefined
  return {
    id: runtime.program,
    ...named,
    expects: { ...shimV2Expectations, ...expects },
    programs: [runtime.program],
    comms: [],
    recognize(process) {
      const program = family === undefined ? runtime.program : programOf(process)
      if ((family !== undefined && !isOfFamily(program, family)) || !isIt(process)) return undefined
      const recognition = recognizeShimV2(process, program)
      if (recognition?.role !== 'shim' || machineDirectory === undefined) return recognition
      return isIdentifier(recognition.id)
        ? { ...recognition, machineDirectory: machineDirectory(recognition.id) }
        : recognition
    },
  }
}

/** `containerd-shim-<name>-v<n>`, as a runtime's name `io.containerd.<name>.v<n>` becomes a program's. pkg/shim, BinaryName */
const isOfFamily = (program: string, family: string): boolean =>
  program.startsWith(family) && /^containerd-shim-[A-Za-z0-9_.-]+-v\d+$/.test(program)

/** What containerd accepts as an id, so that a path made of it leads nowhere else. pkg/identifiers/validate.go */
const isIdentifier = (id: string | null): id is string =>
  id !== null && id.length <= 76 && /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/.test(id)
