import type { Agent, AgentCounts, NodeFacts, Pass } from '../../../src/agent/agent.ts'
import type { Delta, NodeEvent } from '../../../src/core/model/event.ts'
import type { Process, Snapshot } from '../../../src/core/model/snapshot.ts'
import { diff } from '../../../src/core/snapshot/diff.ts'

export interface MemoryAgent extends Agent {
  /** Finishes a pass with this snapshot: `seq` is given here, as the agent does. */
  look(snapshot: Snapshot, facts?: Partial<NodeFacts>): Pass
  /** Tells everybody of a pass that was made elsewhere. */
  tell(pass: Pass): void
  counted: AgentCounts
  lastPassAtMs: number | undefined
  failure: string | undefined
  running: readonly Process[]
  /** Whether what it looks at has processes. */
  hasProcesses: boolean
  readonly listeners: number
}

const noFacts: NodeFacts = {
  pidMax: 32768,
  zombies: { 'container-init': 0, shim: 0, init: 0, other: 0 },
  audit: { rounds: 0, differences: {} },
}

export const noCounts: AgentCounts = {
  passes: 0,
  failedPasses: 0,
  hungReadings: 0,
  audits: 0,
  auditDifferences: { process: 0, state: 0, parent: 0, name: 0, cgroup: 0, cmdline: 0, cwd: 0, exe: 0, bundle: 0 },
  passSeconds: { bounds: [0.01, 0.1, 1, Number.POSITIVE_INFINITY], counts: [0, 0, 0, 0], sum: 0 },
  reads: { known: 0, gone: 0, denied: 0, malformed: 0 },
  events: new Map(),
  daemonRestarts: new Map(),
  shimCpuSeconds: new Map(),
  wakeUps: undefined,
}

/** The agent's face over snapshots that a test makes by hand; keeps the last 100 deltas. */
export function memoryAgent(first?: Snapshot, intervalMs = 1000): MemoryAgent {
  const listeners = new Set<(pass: Pass) => void>()
  const deltas: Delta[] = []
  const events: NodeEvent[] = []
  let latest: Pass | undefined
  const agent: MemoryAgent = {
    intervalMs,
    counted: noCounts,
    lastPassAtMs: undefined,
    failure: undefined,
    running: [],
    hasProcesses: true,
    get listeners() {
      return listeners.size
    },
    latest: () => latest,
    health: () => ({ lastPassAtMs: agent.lastPassAtMs, failure: agent.failure }),
    counts: () => agent.counted,
    events: () => events,
    processes: async () => (agent.hasProcesses ? agent.running : undefined),
    deltasSince(run, seq) {
      if (latest === undefined || run !== latest.snapshot.run || seq > latest.snapshot.seq) return undefined
      if (seq === latest.snapshot.seq) return []
      const start = deltas.findIndex(({ previous }) => previous === seq)
      return start === -1 ? undefined : deltas.slice(start)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(pass) {
      for (const listener of listeners) listener(pass)
    },
    look(made, facts = {}) {
      const sameRun = latest?.snapshot.run === made.run
      if (!sameRun) deltas.length = 0
      const before = sameRun ? latest?.snapshot : undefined
      const delta = before && diff(before, { ...made, seq: before.seq + 1 })
      const seq = before === undefined ? made.seq : (delta?.seq ?? before.seq)
      latest = { snapshot: { ...made, seq }, facts: { ...noFacts, ...facts }, delta }
      agent.lastPassAtMs = Date.parse(made.takenAt)
      if (delta !== undefined) {
        deltas.push(delta)
        if (deltas.length > 100) deltas.shift()
        events.push(...delta.events)
      }
      for (const listener of listeners) listener(latest)
      return latest
    },
  }
  if (first !== undefined) agent.look(first)
  return agent
}
