import type { EngineBranch, Forest } from '../model/forest.ts'
import { valueOf } from '../model/reading.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { Finding } from '../model/verdict.ts'
import { shortId } from './shim-evidence.ts'

/** Engines that have worked for longer than their runtime says they may; a process's start proves its age. */
export function stuckEngines(
  forest: Forest,
  isAskedFor: (engine: EngineBranch) => boolean,
): Omit<Finding, 'severity' | 'next'>[] {
  return forest.engines.flatMap((engine) => {
    const { node, recognition, shim } = engine
    const patienceMs = recognition.runtime.expects.patienceMs?.[recognition.verb]
    const ageMs = forest.host.uptimeMs - node.process.startTicks * 10
    if (patienceMs === undefined || ageMs < patienceMs || !isAskedFor(engine)) return []
    const { pid, key } = node.process
    const id = recognition.id === null ? '' : ` ${shortId(recognition.id)}`
    return {
      subject: { kind: 'process' as const, key, pid, ...(recognition.id === null ? {} : { id: recognition.id }) },
      summary: `${recognition.runtime.program} ${recognition.verb}${id} (pid ${pid}) has not come back`,
      evidence: [
        ...recognition.evidence,
        ...[engine, ...startedBy(forest, engine)].flatMap(waitEvidence),
        ...freezerEvidence(forest, engine),
      ],
      provenAgeMs: ageMs,
      explains: [
        ...(shim === null ? [] : [shim.node.process.key]),
        ...forest.containers
          .filter((container) => container.init === node || container.id === recognition.id)
          .map((container) => container.key),
      ],
    }
  })
}

/** Its own stages: the one that hangs is often the innermost. libcontainer/nsenter/nsexec.c */
const startedBy = ({ engines }: Forest, { node }: EngineBranch): EngineBranch[] =>
  engines.filter((other) => other.node.parent === node)

function waitEvidence({ node }: EngineBranch): Evidence[] {
  const { pid, comm, state, detail } = node.process
  const wchan = detail === undefined ? null : valueOf(detail.wchan)
  return [
    { source: `/proc/${pid}/stat`, observed: `${pid} (${comm}) ${state}` },
    ...(wchan === null ? [] : [{ source: `/proc/${pid}/wchan`, observed: wchan }]),
  ]
}

function freezerEvidence({ host }: Forest, { node }: EngineBranch): Evidence[] {
  const path = valueOf(node.process.cgroup)?.path
  const freezer = host.freezers.find((candidate) => candidate.path === path)
  const state = freezer === undefined ? null : valueOf(freezer.state)
  return freezer === undefined || state === null || state === 'THAWED'
    ? []
    : [{ source: freezer.source, observed: state }]
}
