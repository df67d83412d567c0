import type { ContainerBranch, Forest, TreeNode } from '../model/forest.ts'
import type { BundleSample } from '../model/host.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { Finding, VerdictRule } from '../model/verdict.ts'
import { shortId } from './shim-evidence.ts'

/** `init.pid` names a process that is not this container's: whoever trusts it asks about, or ends, somebody else. */
export const containerIdMismatch: VerdictRule = {
  code: 'container-id-mismatch',
  severity: 'warning',
  title: "a bundle whose init.pid belongs to another container's process, or to a pid that was used again",
  resembles: ['containerd/containerd#8285', 'containerd/containerd#5708'],
  yieldsTo: ['shim-wedged', 'shim-abandoned', 'container-shimless'],
  judge: (forest) => {
    const inDoubt = forest.host.bundles.filter((bundle) => !isInOwnCgroup(forest, bundle))
    if (inDoubt.length === 0) return []
    const keptAs = new Map(
      forest.containers.flatMap((container) => (container.bundle === null ? [] : [[container.bundle, container]])),
    )
    const shims = new Map(forest.shims.map(({ node }) => [node.process.key, node]))
    return inDoubt.flatMap((bundle) => {
      const container = keptAs.get(bundle)
      const through = bundle.readThrough === null ? undefined : shims.get(bundle.readThrough)
      const claimed = claimedBy(forest, bundle, through)
      const other = claimed === undefined ? undefined : whoseElse(forest, bundle, container, claimed)
      return claimed === undefined || other === undefined ? [] : [findingOf(forest, bundle, container, claimed, other)]
    })
  },
}

/** Nearly all of them: whoever has the pid is in a cgroup that is named after the container. */
function isInOwnCgroup({ tree }: Forest, { id, initPid }: BundleSample): boolean {
  const pid = valueOf(initPid)
  const node = pid === null ? undefined : tree.byPid.get(pid)
  return node !== undefined && valueOf(node.process.cgroup)?.path.includes(id) === true
}

/** The living process with that pid, where both are pids of the node's own namespace. */
function claimedBy({ tree }: Forest, { initPid }: BundleSample, shim: TreeNode | undefined): TreeNode | undefined {
  const pid = valueOf(initPid)
  const inner = shim?.process.detail === undefined ? null : valueOf(shim.process.detail.innerPids)
  const node = pid === null || inner?.length !== 1 ? undefined : tree.byPid.get(pid)
  return node?.process.state === 'Z' ? undefined : node
}

/** Whose process it is; `undefined` where it may well be this container's. */
function whoseElse(
  { containers, containerOf, host }: Forest,
  bundle: BundleSample,
  own: ContainerBranch | undefined,
  { process, parent }: TreeNode,
): string | undefined {
  // The kernel that a pod's containers share is the init of each of them.
  if (own?.shim?.recognition.runtime.expects.owns === 'kernel') return undefined
  const there = containers.find(({ init, bundle: theirs }) => init?.process === process && theirs !== bundle)
  if (there !== undefined) return mayShare(bundle, there.bundle) ? undefined : `container ${shortId(there.id)}`
  if (own !== undefined && own.init !== null) return undefined
  // The first process of a kept container is its shim's child, always: a stranger has the pid of one that ended.
  const isStranger = own?.shim !== undefined && own.shim !== null && parent !== null && parent !== own.shim.node
  const state = host.engineStates.find(
    ({ path: at, id }) => id === bundle.id && at.includes(`/${namespaceOf(bundle)}/`),
  )
  const recorded = state === undefined ? null : valueOf(state.state)
  const isLater =
    recorded !== null && recorded.initPid === process.pid && recorded.initStartTicks !== process.startTicks
  // Of a task of `ctr` that stopped nobody asks any more: a pid that was used again harms only who believes it to run.
  if (!isLater && !(isStranger && isAskedFor(own))) return undefined
  const container = containerOf.get(process.key)
  return container === undefined ? `${process.comm}, a program in no container` : `container ${shortId(container.id)}`
}

/** Containers of one pod may share a process: a kernel in user space, as gVisor has it. Who can't tell, may too. */
function mayShare(bundle: BundleSample, other: BundleSample | null): boolean {
  const [own, theirs] = [bundle, other].map((each) => (each === null ? null : valueOf(each.config)))
  if (own == null || theirs == null) return true
  const sandbox = own.annotations.get('io.kubernetes.cri.sandbox-id')
  return sandbox !== undefined && sandbox === theirs.annotations.get('io.kubernetes.cri.sandbox-id')
}

const isAskedFor = (own: ContainerBranch | undefined): boolean =>
  own?.shim?.recognition.runtime.expects.clients.some(
    (client) => client.collects && client.containerdNamespace === own.containerdNamespace,
  ) === true

const namespaceOf = ({ path }: BundleSample): string => /([^/]+)\/[^/]+$/.exec(path)?.[1] ?? ''

function findingOf(
  { host }: Forest,
  bundle: BundleSample,
  own: ContainerBranch | undefined,
  { process }: TreeNode,
  other: string,
): Finding {
  const { pid, comm, startTicks } = process
  const state = host.engineStates.find(({ id }) => id === bundle.id)
  const recorded = state === undefined ? null : valueOf(state.state)
  return {
    subject:
      own === undefined
        ? { kind: 'bundle', key: bundle.path, id: bundle.id }
        : { kind: 'container', key: own.key, id: own.id, pid },
    severity: 'warning',
    summary: `init.pid of container ${shortId(bundle.id)} names pid ${pid}, which belongs to ${other}`,
    evidence: [
      { source: `cat ${bundle.source}/init.pid`, observed: String(pid) },
      ...(process.cgroup.kind === 'known'
        ? [{ source: `/proc/${pid}/cgroup`, observed: process.cgroup.value.path }]
        : []),
      ...(state === undefined || recorded === null
        ? []
        : startEvidence(state.source, recorded.initStartTicks, pid, comm, startTicks)),
    ],
    next: 'Do not stop this container by its runtime before that is understood: the signal may reach the other one. runc itself compares the start time; what reads init.pid alone does not.',
    explains: own?.shim == null ? [] : [own.shim.node.process.key],
  }
}

const startEvidence = (source: string, recorded: number, pid: number, comm: string, startTicks: number): Evidence[] => [
  { source: `grep init_process_start ${source}`, observed: String(recorded) },
  { source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) started at tick ${startTicks} (field 22)` },
]
