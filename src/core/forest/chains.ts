import type { ContainerBranch, DaemonBranch } from '../model/forest.ts'
import type { Runtime } from '../model/runtime.ts'

/** A program of the call chain that is seen to run. */
interface Caller {
  readonly podsOnly: boolean
}

/** The programs that call for containers, for each level of a nested node. */
export type CallersWithin = (within: ContainerBranch | null) => ReadonlyMap<string, Caller>

/**
 * Who runs where. A daemon that runs in a container and has no runtime beside it there works for the level above:
 * so kubelet, which some keep in a container (Talos, RKE).
 */
export function callersIn(daemons: readonly DaemonBranch[]): CallersWithin {
  const levels = new Map<ContainerBranch | null, Map<string, Caller>>()
  const ownsContainers = new Set(daemons.filter(keepsContainers).map(({ within }) => within))
  for (const daemon of daemons) {
    const { within, recognition } = daemon
    const level = within !== null && !ownsContainers.has(within) ? within.within : within
    const callers = levels.get(level) ?? new Map<string, Caller>()
    levels.set(level, callers)
    const { program, expects } = recognition.runtime
    callers.set(program, { podsOnly: expects.podsOnly === true })
    for (const { program: part, socket } of expects.parts ?? []) {
      if (daemon.addresses.includes(socket)) callers.set(part, { podsOnly: true })
    }
  }
  const nobody: ReadonlyMap<string, Caller> = new Map()
  return (within) => levels.get(within) ?? nobody
}

const keepsContainers = ({ recognition }: DaemonBranch): boolean => recognition.runtime.expects.clients.length > 0

/** Who called whom, outermost first. Those above the container's own daemon are named only where they are seen to run. */
export function chainOf(
  container: Pick<ContainerBranch, 'shim' | 'attendant' | 'manager' | 'containerdNamespace' | 'pod' | 'within'>,
  callersWithin: CallersWithin,
): string[] {
  const runtime = container.shim?.recognition.runtime ?? container.attendant?.recognition.runtime
  if (runtime === undefined) return [container.manager]
  const { clients, daemons } = runtime.expects
  const client = clients.find(({ containerdNamespace }) => containerdNamespace === container.containerdNamespace)
  const running = callersWithin(container.within)
  const inPod = container.pod !== null || (client?.podsBeside !== undefined && running.has(client.podsBeside))
  const isNamed = (program: string): boolean => {
    if (client?.certain?.includes(program) === true || (isShim(container) && daemons.includes(program))) return true
    const caller = running.get(program)
    // Docker answers people as well as Kubernetes: only a pod's container came from there.
    return caller !== undefined && (inPod || !caller.podsOnly)
  }
  return [...(client?.through ?? ownDaemon(runtime)).filter(isNamed), runtime.program]
}

const isShim = ({ shim }: Pick<ContainerBranch, 'shim'>): boolean => shim !== null

const ownDaemon = (runtime: Runtime): readonly string[] => runtime.expects.daemons.slice(0, 1)
