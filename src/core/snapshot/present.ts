import type { ContainerBranch, DaemonBranch, Forest, ShimBranch, TreeNode } from '../model/forest.ts'
import type { ProcessKey } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Container, Daemon, Process, Shim } from '../model/snapshot.ts'
import type { Measurements } from './measure.ts'

/** The branches of the forest as the public JSON shows them. */

export type IsoTime = (uptimeMs: number) => string

const startedAt = (node: TreeNode, time: IsoTime): string => time(node.process.startTicks * 10)

export function presentDaemon(daemon: DaemonBranch, time: IsoTime): Daemon {
  const { process } = daemon.node
  return {
    key: process.key,
    pid: process.pid,
    ppid: process.ppid,
    runtime: daemon.recognition.runtime.program,
    addresses: daemon.addresses,
    startedAt: startedAt(daemon.node, time),
    state: daemon.state,
    within: daemon.within?.key ?? null,
  }
}

export function presentShim(shim: ShimBranch, measurements: Measurements, time: IsoTime): Shim {
  const { process } = shim.node
  const exe = process.detail === undefined ? null : valueOf(process.detail.exe)
  const measured = measurements.of(process.key)
  return {
    key: process.key,
    pid: process.pid,
    ppid: process.ppid,
    runtime: shim.recognition.runtime.program,
    generation: shim.recognition.generation,
    containerdNamespace: shim.containerdNamespace,
    id: shim.id,
    address: shim.address,
    daemon: shim.daemon?.node.process.key ?? null,
    socket: shim.use.path,
    connections: shim.use.connections,
    unaccepted: shim.use.unaccepted,
    bundle: shim.bundlePath,
    bundleDeleted: shim.bundleDeleted,
    // After an upgrade the old program has no name, even where a new one took its path. proc(5), exe
    binaryReplaced: exe?.deleted ?? null,
    parentage: shim.parentage,
    relation: shim.relation,
    supervision: shim.supervision,
    containers: shim.containers.map(({ id }) => id).sort(),
    within: shim.within?.key ?? null,
    startedAt: startedAt(shim.node, time),
    rssBytes: measured.rssBytes,
    threads: measured.threads,
    cpuSeconds: measured.cpuSeconds,
  }
}

export function presentContainer(container: ContainerBranch, measurements: Measurements, time: IsoTime): Container {
  const { init, members } = container
  const measured = measurements.of(container.key)
  return {
    key: container.key,
    id: container.id,
    containerdNamespace: container.containerdNamespace,
    runtime: container.manager,
    role: container.role,
    shim: container.shim?.node.process.key ?? null,
    initPid: init?.process.pid ?? null,
    chain: container.chain,
    state: container.state,
    name: container.name,
    image: container.image,
    pod: container.pod,
    cgroup: container.cgroupPath,
    processes: measured.processes,
    threads: measured.threads,
    zombies: members.filter(({ process }) => process.state === 'Z').length,
    execs: container.execs.map(({ process }) => process.pid).sort((a, b) => a - b),
    within: container.within?.key ?? null,
    startedAt: init === null ? null : startedAt(init, time),
    rssBytes: measured.rssBytes,
    cpuSeconds: measured.cpuSeconds,
  }
}

/** Every process of the node, kernel threads left out: they belong to nobody. Sorted by key. */
export function presentProcesses(
  forest: Forest,
  time: IsoTime,
  redactArgv: (argv: readonly string[]) => readonly string[],
): Process[] {
  const shims = new Set(forest.shims.map(({ node }) => node.process.key))
  const machines = new Map(forest.machines.map(({ node, shim }) => [node.process.key, shim?.node.process.key ?? null]))
  const processes: Process[] = []
  for (const node of forest.tree.nodes.values()) {
    const { process } = node
    if (process.kernelThread) continue
    const container = forest.containerOf.get(process.key)
    const argv = valueOf(process.argv)
    processes.push({
      key: process.key,
      pid: process.pid,
      ppid: process.ppid,
      role: roleOf(forest, node, container),
      comm: process.comm,
      argv: argv === null ? [] : redactArgv(argv),
      state: process.state,
      container: container?.key ?? null,
      shim: shims.has(process.key) ? process.key : (shimAbove(container) ?? machines.get(process.key) ?? null),
      // 0: it could not be counted. proc(5), fs/proc/array.c
      threads: process.usage.threads || null,
      startedAt: startedAt(node, time),
    })
  }
  return processes.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

const shimAbove = (container: ContainerBranch | undefined): ProcessKey | null =>
  container?.shim?.node.process.key ?? null

function roleOf(forest: Forest, node: TreeNode, container: ContainerBranch | undefined): string {
  if (container?.init === node) return container.role
  const recognition = forest.recognitions.get(node.process.key)
  // A program inside a container that only looks like a shim has been told apart by now; so has what serves no shim.
  if (recognition?.role === 'shim' && !forest.shims.some((shim) => shim.node === node)) return 'workload'
  if (
    recognition?.role === 'daemon' &&
    container !== undefined &&
    !forest.daemons.some((daemon) => daemon.node === node)
  )
    return 'workload'
  if (recognition?.role === 'machine' && container !== undefined && container.shim === null) return 'workload'
  if (recognition !== undefined && recognition.role !== 'remains') return recognition.role
  return container === undefined ? 'other' : 'workload'
}
