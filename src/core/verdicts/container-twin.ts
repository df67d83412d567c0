import type { ContainerBranch, Forest } from '../model/forest.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledAs } from './shim-evidence.ts'

/** One container of one pod, running twice: the older one was forgotten, and both work on the same things. */
export const containerTwin: VerdictRule = {
  code: 'container-twin',
  severity: 'critical',
  title: 'two live copies of one container of a pod',
  resembles: ['containerd/containerd#13784', 'containerd/containerd#10645', 'rancher/rke2#10613'],
  yieldsTo: ['shim-wedged', 'shim-abandoned'],
  judge: (forest) =>
    twins(forest).flatMap((group) => {
      const [youngest, ...older] = [...group].sort((a, b) => startOf(b) - startOf(a))
      if (youngest === undefined) return []
      return older.map((container) => ({
        subject: { kind: 'container' as const, key: container.key, id: container.id, ...pidOf(container) },
        severity: 'critical' as const,
        summary: `${calledAs(container)} runs twice: as pid ${container.init?.process.pid}, and again as pid ${youngest.init?.process.pid}`,
        evidence: [container, youngest].flatMap(({ id, bundle, init }) => [
          {
            source: `grep container-name ${bundle?.source}/config.json`,
            observed: `${container.name}, in the bundle of ${id}`,
          },
          {
            source: `ps -o pid,lstart,args -p ${init?.process.pid}`,
            observed: `pid ${init?.process.pid} lives, the init of ${id}`,
          },
        ]),
        next: 'Both write to the same volumes and may hold the same port. crictl ps shows which of them the runtime still knows; decide with the owner of the workload which one is to go.',
      }))
    }),
}

/** Living containers of one name in one pod. A restarted container has a predecessor, but a dead one. */
function twins({ containers }: Forest): ContainerBranch[][] {
  const byName = new Map<string, ContainerBranch[]>()
  for (const container of containers) {
    const { name, pod, role, init, state, within } = container
    if (name === null || pod === null || role === 'sandbox' || init === null || init.process.state === 'Z') continue
    if (state !== 'running' && state !== 'paused') continue
    const identity = [within?.key, pod.uid, name].join('\0')
    const group = byName.get(identity)
    // Two bundles that name one process are not two containers.
    if (group === undefined) byName.set(identity, [container])
    else if (!group.some((other) => other.init === init)) group.push(container)
  }
  return [...byName.values()].filter(({ length }) => length > 1)
}

const startOf = ({ init }: ContainerBranch): number => init?.process.startTicks ?? 0
const pidOf = ({ init }: ContainerBranch) => (init === null ? {} : { pid: init.process.pid })
