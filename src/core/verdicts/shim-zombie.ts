import type { Forest, TreeNode } from '../model/forest.ts'
import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import type { Finding, VerdictRule } from '../model/verdict.ts'
import { rows } from './shim-evidence.ts'

const MOST_SHOWN = 5

/** Shims that exited and that their parent does not reap; told once for each parent, since there may be thousands. */
export const shimZombie: VerdictRule = {
  code: 'shim-zombie',
  severity: 'warning',
  title: 'shims that exited and that nobody reaps',
  resembles: [
    'containerd/containerd#5708',
    'docker-library/docker#318',
    'k3s-io/k3s#2722',
    'k0sproject/k0s#698',
    'containers/podman#16431',
    'containers/podman#19909',
  ],
  yieldsTo: [],
  judge(forest) {
    const byParent = new Map<TreeNode, TreeNode[]>()
    for (const [key, recognition] of forest.recognitions) {
      const node = forest.tree.nodes.get(key)
      if (recognition.role !== 'remains' || node?.parent == null || !mayHaveBeenShim(forest, node)) continue
      const siblings = byParent.get(node.parent)
      if (siblings === undefined) byParent.set(node.parent, [node])
      else siblings.push(node)
    }
    return [...byParent].map(([parent, zombies]) => findingOf(forest, parent, zombies))
  },
}

function findingOf(forest: Forest, parent: TreeNode, zombies: readonly TreeNode[]): Finding {
  const { pid, key, comm, state } = parent.process
  const daemon = forest.recognitions.get(key)?.role === 'daemon'
  return {
    subject: { kind: daemon ? 'daemon' : 'process', key, pid },
    severity: 'warning',
    summary: `${rows(zombies.length, 'zombie shim')} under ${comm} ${pid}, which does not reap them`,
    evidence: [
      ...zombies.slice(0, MOST_SHOWN).map(({ process }) => ({
        source: `/proc/${process.pid}/stat`,
        observed: `${process.pid} (${process.comm}) Z ${process.ppid}`,
      })),
      { source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) ${state}` },
    ],
    next:
      state === 'T'
        ? `Pid ${pid} is stopped, and reaps when it continues. Find out who stopped it.`
        : `A zombie costs a pid and nothing else; only its parent ${pid} can end it. In a container, run an init that reaps (docker --init, tini) as process 1.`,
    witnesses: zombies.map(({ process }) => process.key),
    // A container's init that does not reap shims reaps nothing: that is the same fault.
    explains: forest.containers.filter(({ init }) => init === parent).map((container) => container.key),
  }
}

/**
 * Anybody may take the name. In a container, known or not, it means a shim only where a daemon of shims listens beside
 * it, or a shim runs there.
 */
function mayHaveBeenShim({ containerOf, daemons, shims }: Forest, { process, parent }: TreeNode): boolean {
  const within = containerOf.get(process.key) ?? null
  const depth = depthOf(process)
  const beside = [
    ...daemons.filter(({ state }) => state === 'listening'),
    ...shims.filter(({ containers }) => containers.some(({ init }) => init !== null)),
  ].filter((one) => one.within === within)
  if (within !== null) return beside.length > 0
  // A kernel before 4.1 does not tell how deep: then init's children, and a daemon's, are the node's own.
  if (depth === 1 || process.ppid === 1 || beside.some(({ node }) => node === parent)) return true
  return depth !== null && beside.some(({ node }) => depthOf(node.process) === depth)
}

/** In how many pid namespaces it is. */
const depthOf = ({ detail }: ProcessSample): number | null =>
  detail === undefined ? null : (valueOf(detail.innerPids)?.length ?? null)
