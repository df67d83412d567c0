import { isEnding } from '../model/process.ts'
import type { Forest, MachineBranch, ShimBranch, TreeNode } from '../model/forest.ts'
import type { DirectorySample } from '../model/host.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { Finding, VerdictRule } from '../model/verdict.ts'
import {
  bundleEvidence,
  calledShim,
  connectionEvidence,
  deletedForMs,
  runsVm,
  SETTLE_MS,
  shimSubject,
  shortId,
} from './shim-evidence.ts'

/** kata starts the virtual machine within seconds of the shim; one that has none after a minute is not going to. */
const STARTED_MS = 60_000

/** One of shim and virtual machine is left without the other: the pod is gone or unreachable, its memory is not. */
export const vmLeftover: VerdictRule = {
  code: 'vm-leftover',
  severity: 'warning',
  title: 'a virtual machine without its shim, or a shim whose virtual machine is gone',
  resembles: [
    'kata-containers/kata-containers#1945',
    'kata-containers/kata-containers#2198',
    'kata-containers/runtime#366',
    'kata-containers/runtime#1480',
  ],
  yieldsTo: ['shim-wedged', 'shim-abandoned', 'shim-transient-stuck'],
  judge: (forest) => [...machinesAlone(forest), ...shimsAlone(forest)],
}

/** Told once for each sandbox: a machine and its file servers are left together. */
function machinesAlone(forest: Forest): Finding[] {
  // A shim that could not be seen may be the one; of a machine whose parts were not all seen, nobody can say which it is.
  if (!forest.host.complete || forest.doubts.mayBeShim || forest.doubts.mayBeMachine) return []
  const bySandbox = new Map<string, MachineBranch[]>()
  for (const machine of forest.machines) {
    const { id, kind, startedBy } = machine.recognition
    if (id === null || kind !== 'vm' || startedBy !== 'shim' || isEnding(machine.node.process)) continue
    bySandbox.set(id, [...(bySandbox.get(id) ?? []), machine])
  }
  return [...bySandbox].flatMap(([id, machines]) => {
    // `delete` ends what a shim that died has left behind; it is at it.
    if (forest.engines.some((engine) => engine.recognition.id === id)) return []
    return machines.every((machine) => isAlone(forest, machine)) ? leftWithoutShim(id, machines) : []
  })
}

function isAlone({ daemons }: Forest, { node, shim, within }: MachineBranch): boolean {
  const depth = depthOf(node)
  if (shim !== null || depth === null) return false
  // A node in a container (kind) has a daemon in the same pid namespace; whatever else is in one is a tenant's affair.
  return within === null
    ? depth === 1
    : daemons.some((daemon) => daemon.within === within && depthOf(daemon.node) === depth)
}

/** How many pid namespaces deep it is, the node's own being the first. */
const depthOf = ({ process: { detail } }: TreeNode): number | null =>
  detail === undefined ? null : (valueOf(detail.innerPids)?.length ?? null)

function leftWithoutShim(id: string, machines: readonly MachineBranch[]): Finding {
  const sorted = [...machines].sort((a, b) => rank(a) - rank(b) || a.node.process.pid - b.node.process.pid)
  const { key, pid } = (sorted[0] as MachineBranch).node.process
  const programs = sorted.map(({ recognition, node }) => `${recognition.runtime.program} ${node.process.pid}`)
  return {
    subject: { kind: 'process', key, pid, id },
    severity: 'warning',
    summary: `${programs.join(', ')} of sandbox ${shortId(id)}: the shim that started ${sorted.length === 1 ? 'it' : 'them'} is gone`,
    evidence: [
      ...sorted.map(({ node }) => ({ source: `/proc/${node.process.pid}/cmdline`, observed: naming(node, id) })),
      { source: `pgrep -a containerd-shim | grep ${id}`, observed: 'nothing' },
    ],
    next: 'Nobody can stop it through its runtime any more, and the guest may still run the workload. See whether the pod runs elsewhere by now, then follow the runbook.',
    explains: sorted.map(({ node }) => node.process.key),
  }
}

const rank = ({ recognition }: MachineBranch): number => (recognition.part === 'guest' ? 0 : 1)

/** The path or name around the id, of the argument that names the sandbox: the rest of it may hold anything. */
function naming({ process }: TreeNode, id: string): string {
  const named = (valueOf(process.argv) ?? []).find((arg) => arg.includes(id))
  if (named === undefined) return process.comm
  const at = named.indexOf(id)
  const before = /[\w/.-]{0,200}$/.exec(named.slice(Math.max(0, at - 200), at))?.[0] ?? ''
  const after = /^[\w/.-]{0,200}/.exec(named.slice(at + id.length))?.[0] ?? ''
  return before + id + after
}

function shimsAlone(forest: Forest): Finding[] {
  const { host, shims, machines, doubts } = forest
  // A machine that could not be seen, or of which nobody knows whose it is, may be the one.
  if (!host.complete || doubts.mayBeMachine) return []
  const strangers = machines.filter((machine) => machine.shim === null && isGuest(machine))
  return shims.filter(hasMachine).flatMap((shim) => {
    if (runsVm(shim) || isEnding(shim.node.process) || strangers.some(({ recognition }) => recognition.id === null))
      return []
    if (host.uptimeMs - shim.node.process.startTicks * 10 < STARTED_MS) return []
    const proof = proofOfMachine(shim, host.directories)
    const deletedFor = deletedForMs(shim, host.takenAtMs)
    if (proof === undefined || (deletedFor !== null && deletedFor < SETTLE_MS)) return []
    return {
      subject: shimSubject(shim),
      severity: 'warning' as const,
      summary: mayBeInside(shim)
        ? `the daemon of ${calledShim(shim)} has let go of it, and a virtual machine may run inside of it`
        : `the virtual machine of ${calledShim(shim)} is gone, and its shim is not`,
      evidence: [...proof, ...bundleEvidence(shim), ...connectionEvidence(shim)],
      next: mayBeInside(shim)
        ? 'The guest may still run the workload. Check for a second copy of the pod before anything is ended; see the runbook.'
        : 'Nothing of the workload is left to lose. Its daemon may still believe that it runs: delete the pod there first, which ends the shim; see the runbook if it does not.',
      ...(deletedFor === null ? {} : { provenAgeMs: deletedFor }),
    }
  })
}

/**
 * That there was a machine, apart from the shim, which ended. Absence alone proves nothing: the hypervisor may run on
 * another host (kata's `remote`) or inside of the shim.
 */
function proofOfMachine(shim: ShimBranch, directories: readonly DirectorySample[]): Evidence[] | undefined {
  const { owns } = shim.recognition.runtime.expects
  const dead = shim.machines.filter((machine) => isGuest(machine) && machine.node.process.state === 'Z')
  if (dead.length > 0) return dead.map(({ node }) => statEvidence(node))
  if (owns === 'vm-inside') return hasLetGo(shim) ? [] : undefined
  const none = { source: `ps --ppid ${shim.node.process.pid}`, observed: 'no virtual machine' }
  const helpers = shim.machines.filter(({ node }) => !isEnding(node.process))
  if (helpers.length > 0) return [...helpers.map(({ node }) => statEvidence(node)), none]
  const directory = directories.find((one) => one.shim === shim.node.process.key && one.facts.kind === 'known')
  if (directory !== undefined) return [{ source: `ls -d ${directory.path}`, observed: directory.path }, none]
  return hasLetGo(shim) ? [none] : undefined
}

/** Whether its kind runs containers in a virtual machine. */
const hasMachine = ({ recognition }: ShimBranch): boolean => {
  const { owns } = recognition.runtime.expects
  return owns === 'vm' || owns === 'vm-inside'
}

const hasLetGo = ({ orphanedBy }: ShimBranch): boolean =>
  orphanedBy === 'bundle-deleted' || orphanedBy === 'no-connection'

const mayBeInside = ({ recognition, machines }: ShimBranch): boolean =>
  recognition.runtime.expects.owns === 'vm-inside' && machines.length === 0

const isGuest = ({ recognition }: MachineBranch): boolean => recognition.kind === 'vm' && recognition.part === 'guest'

const statEvidence = ({ process: { pid, comm, state, ppid } }: TreeNode): Evidence => ({
  source: `/proc/${pid}/stat`,
  observed: `${pid} (${comm}) ${state} ${ppid}`,
})
