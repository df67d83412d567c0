import type { Agent, Pass } from '../../agent/agent.ts'
import type { Delta, NodeEvent } from '../../core/model/event.ts'
import type { Process, Snapshot } from '../../core/model/snapshot.ts'
import { diff, diffCollection } from '../../core/snapshot/diff.ts'
import type { Step } from './recipient.ts'
import type { Encode } from './frames.ts'

/** What clients with `?processes` hold. */
export interface ProcessMoment {
  readonly snapshot: Snapshot
  /** `undefined`: not known, and none are sent. */
  readonly processes: readonly Process[] | undefined
}

export interface ProcessView {
  /** The moment that every such client is at; `undefined` until the first is known. */
  current(): ProcessMoment | undefined
  /** A pass is done. */
  passed(pass: Pass): void
  /** Somebody new wants processes: looks at once when nobody did before. */
  start(): void
}

/**
 * The feed for those who asked for processes. The agent makes these on demand and asynchronously, so this view runs on
 * its own, one request at a time: passes that end meanwhile become one step. Processes change without the four arrays,
 * so a step may lead from a seq to itself.
 */
export function processView(
  agent: Pick<Agent, 'latest' | 'processes'>,
  options: {
    readonly wanted: () => boolean
    readonly began: () => void
    readonly moved: (step: Step) => void
    readonly encode: Encode
    readonly report: (error: unknown) => void
  },
): ProcessView {
  let current: ProcessMoment | undefined
  let busy = false
  let events: NodeEvent[] = []

  const look = async () => {
    busy = true
    try {
      let seen: Pass | undefined
      for (let pass = agent.latest(); pass !== undefined && pass !== seen && options.wanted(); pass = agent.latest()) {
        seen = pass
        const processes = await agent.processes()
        move({ snapshot: pass.snapshot, processes: processes && sorted(processes) })
      }
    } catch (error) {
      options.report(error)
    } finally {
      busy = false
    }
  }

  const move = (next: ProcessMoment) => {
    const before = current
    current = next
    if (before === undefined || before.snapshot.run !== next.snapshot.run) {
      events = []
      options.began()
      return
    }
    const step = stepBetween(before, next, events, options.encode)
    events = events.filter(({ seq }) => seq > next.snapshot.seq)
    if (step !== undefined) options.moved(step)
  }

  return {
    current: () => current,
    start() {
      if (current === undefined && !busy) void look()
    },
    passed({ delta }) {
      if (!options.wanted()) {
        // Nobody to keep it for; the next who asks begins anew.
        current = undefined
        events = []
        return
      }
      if (delta !== undefined) events.push(...delta.events)
      if (!busy) void look()
    },
  }
}

function stepBetween(
  before: ProcessMoment,
  next: ProcessMoment,
  events: readonly NodeEvent[],
  encode: Encode,
): Step | undefined {
  const processes = before.processes && next.processes && diffCollection(before.processes, next.processes)
  const delta = diff(before.snapshot, next.snapshot)
  const isMoved = processes !== undefined && processes.changed.length + processes.removed.length > 0
  if (delta === undefined && !isMoved) return undefined
  const { seq, takenAt, pass } = next.snapshot
  const frame: Delta = {
    type: 'delta',
    seq,
    takenAt,
    previous: before.snapshot.seq,
    pass,
    changed: { ...(delta?.changed ?? nothing), ...(processes && { processes: processes.changed }) },
    removed: { ...(delta?.removed ?? nothing), ...(processes && { processes: processes.removed }) },
    events: events.filter((event) => event.seq <= seq),
  }
  return { bytes: encode(frame), previous: before.snapshot.seq, seq }
}

const nothing = { daemons: [], shims: [], containers: [], verdicts: [] }

const sorted = (processes: readonly Process[]): readonly Process[] =>
  [...processes].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
