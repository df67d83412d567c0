import type { Forest, TreeNode } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs } from './shim-evidence.ts'

/** Of pid_max. Beyond it the next build, shell or probe may be the one that cannot fork. */
const NEARLY_ALL = 0.8
/** Whoever has this much of pid_max has a part in it. */
const MUCH = 0.1
const MOST_SHOWN = 5

/** Each thread takes a pid, and so does each zombie. When they run out nothing can be started any more, on the whole node. */
export const nodePidsExhaustion: VerdictRule = {
  code: 'node-pids-exhaustion',
  severity: 'critical',
  title: 'threads and zombies have nearly used up the pids of the node',
  resembles: ['akash-network/website#362', 'google/cadvisor#3518', 'containerd/containerd#9404'],
  yieldsTo: [],
  judge: (forest, past) => {
    const { pidMax, processes } = forest.host
    // Not one by one, where there can't be so many.
    if (pidMax === null || processes.length + (forest.host.threads ?? pidMax) < pidMax * NEARLY_ALL) return []
    const used = processes.reduce((sum, process) => sum + Math.max(past.usageOf(process).threads, 1), 0)
    if (used < pidMax * NEARLY_ALL) return []
    const users = largestUsers(forest, past, pidMax * MUCH)
    return [
      {
        subject: { kind: 'node' },
        severity: 'critical',
        summary: `processes, threads and zombies take more than ${percent(NEARLY_ALL)} of the pids that this node has${culprits(users)}`,
        evidence: [
          { source: 'cat /proc/sys/kernel/pid_max', observed: String(pidMax) },
          { source: 'ps -eLf | wc -l', observed: `more than ${Math.floor(pidMax * NEARLY_ALL)}` },
          ...users.slice(0, MOST_SHOWN).map(({ evidence }) => evidence),
        ],
        next: 'End or repair what the evidence names. Zombies go when their parent reaps them or ends. Raising kernel.pid_max wins time and nothing else.',
      },
    ]
  },
}

interface User {
  readonly pid: number
  readonly called: string
  readonly pids: number
  readonly evidence: Evidence
}

/** Programs with a great many threads, and parents of a great many zombies; the largest first. */
function largestUsers(forest: Forest, past: Past, much: number): User[] {
  const users: User[] = []
  for (const node of forest.tree.nodes.values()) {
    const { pid, comm } = node.process
    const { threads } = past.usageOf(node.process)
    if (threads >= much) {
      const evidence = { source: `grep Threads /proc/${pid}/status`, observed: atLeast(much) }
      users.push({ pid, called: `the threads of ${comm} (pid ${pid})`, pids: threads, evidence })
    }
    const zombies = node.children.filter(({ process }) => process.state === 'Z').length
    if (zombies >= much)
      users.push({ pid, called: zombiesOf(forest, node), pids: zombies, evidence: zombieEvidence(node, much) })
    const others = node.children.filter(({ process }) => !process.kernelThread).length - zombies
    if (others >= much) {
      const evidence = { source: `pgrep -c -P ${pid}`, observed: atLeast(much) }
      users.push({ pid, called: `the children of ${comm} (pid ${pid})`, pids: others, evidence })
    }
  }
  return users.sort((a, b) => b.pids - a.pids || a.pid - b.pid)
}

function zombiesOf({ containers }: Forest, node: TreeNode): string {
  const { pid, comm } = node.process
  const container = containers.find(({ init }) => init === node)
  return container === undefined
    ? `zombies of ${comm} (pid ${pid})`
    : `zombies of ${calledAs(container)}, whose init ${comm} (pid ${pid}) does not reap`
}

const zombieEvidence = ({ process }: TreeNode, much: number): Evidence => ({
  source: `ps --ppid ${process.pid} -o stat | grep -c Z`,
  observed: atLeast(much),
})

const atLeast = (count: number): string => `more than ${Math.floor(count)}`
const percent = (share: number): string => `${Math.round(share * 100)} %`
const culprits = (users: readonly User[]): string =>
  users.length === 0
    ? ''
    : `, most of all ${users
        .slice(0, 2)
        .map(({ called }) => called)
        .join(' and ')}`
