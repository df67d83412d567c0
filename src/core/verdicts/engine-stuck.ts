import type { EngineBranch } from '../model/forest.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { stuckEngines } from './stuck-engines.ts'

/** An OCI engine that hangs holds its shim's lock: every call about the container waits behind it. */
export const engineStuck: VerdictRule = {
  code: 'engine-stuck',
  severity: 'critical',
  title: 'an OCI engine (runc or its kin) that does not come back',
  resembles: ['opencontainers/runc#4481', 'opencontainers/runc#2828', 'moby/moby#40817', 'opencontainers/runc#3448'],
  yieldsTo: ['shim-wedged'],
  judge: (forest) =>
    stuckEngines(forest, isCalledByShim).map((stuck) => ({
      ...stuck,
      severity: 'critical',
      next: 'Everything that is asked about this container waits behind it. The wait channel and /proc/PID/stack (as root) say what it waits for: a hook, a pipe, a frozen cgroup, a file system.',
    })),
}

/**
 * Under a shim: what people run by hand may take as long as they like. The outermost only: what it started hangs with
 * it. An init that waits for `start` hangs only where the client starts what it creates, or where it can't be woken.
 */
function isCalledByShim({ recognition, shim, node }: EngineBranch): boolean {
  if (shim === null || recognition.runtime.expects.tracking !== 'none') return false
  if (shim.engines.some((other) => other.node === node.parent)) return false
  if (recognition.verb !== 'init' || node.process.state === 'D') return true
  return shim.recognition.runtime.expects.clients.some(
    (client) => client.collects && client.containerdNamespace === shim.containerdNamespace,
  )
}
