import type { Agent, Pass } from '../../agent/agent.ts'
import type { NodeEvent } from '../../core/model/event.ts'
import type { Severity, Snapshot, Verdict } from '../../core/model/snapshot.ts'
import { type Attributes, attributesOf } from './attributes.ts'

/** One line of the log: what happened, once. */
export interface Line {
  readonly level: 'info' | 'warn' | 'error'
  /** ISO 8601, UTC. */
  readonly time: string
  readonly message: string
  readonly attributes: Attributes
}

const levels: Readonly<Record<Severity, Line['level']>> = { info: 'info', warning: 'warn', critical: 'error' }

/**
 * Tells what happens on the node, event by event. A verdict and the event of its raising are one line: the event's, with
 * the verdict's evidence. What fires already when the agent begins has no event, and is told then.
 */
export function tellStory(agent: Pick<Agent, 'subscribe'>, tell: (line: Line) => void): () => void {
  let before: Snapshot | undefined
  return agent.subscribe((pass) => {
    for (const line of linesOf(pass, before)) tell(line)
    before = pass.snapshot
  })
}

function linesOf({ snapshot, delta }: Pass, before: Snapshot | undefined): readonly Line[] {
  if (before !== undefined && before.run === snapshot.run)
    return (delta?.events ?? []).map((event) => eventLine(event, [snapshot, before]))
  // A reading thread that was replaced begins anew: what was told of the one before is not told again.
  const told = new Set(before?.verdicts.filter(fires).map(({ key }) => key))
  return snapshot.verdicts
    .filter((verdict) => fires(verdict) && !told.has(verdict.key))
    .map((verdict) => raised(verdict, snapshot.takenAt, [snapshot]))
}

function eventLine(event: NodeEvent, snapshots: readonly Snapshot[]): Line {
  const [now, before] = snapshots
  switch (event.type) {
    case 'verdict-raised': {
      const verdict = verdictOf(event, now)
      return verdict === undefined ? plain(event, snapshots) : raised(verdict, event.at, snapshots)
    }
    case 'verdict-cleared': {
      const verdict = verdictOf(event, before)
      const line = plain(event, snapshots)
      return { ...line, attributes: { ...line.attributes, ...(verdict && verdictAttributes(verdict)) } }
    }
    default:
      return plain(event, snapshots)
  }
}

const plain = ({ type, at, summary, subject }: NodeEvent, snapshots: readonly Snapshot[]): Line => ({
  level: 'info',
  time: at,
  message: summary,
  attributes: { 'event.name': `shimscope.${type}`, ...attributesOf(subject, snapshots) },
})

const raised = (verdict: Verdict, time: string, snapshots: readonly Snapshot[]): Line => ({
  level: levels[verdict.severity],
  time,
  message: `${verdict.code} fires: ${verdict.summary}`,
  attributes: {
    'event.name': 'shimscope.verdict-raised',
    ...attributesOf(verdict.subject, snapshots),
    ...verdictAttributes(verdict),
    'shimscope.verdict.evidence': verdict.evidence.map(({ source, observed }) => `${source}: ${observed}`),
    'shimscope.verdict.next': verdict.next,
  },
})

const verdictAttributes = ({ code, severity, since }: Verdict): Attributes => ({
  'shimscope.verdict.code': code,
  'shimscope.verdict.severity': severity,
  'shimscope.verdict.since': since,
})

/** The verdict that an event is about: the same subject, and the summary that the event quotes. */
const verdictOf = ({ subject, summary }: NodeEvent, snapshot: Snapshot | undefined): Verdict | undefined =>
  snapshot?.verdicts.find(
    (verdict) =>
      verdict.subject.kind === subject.kind &&
      verdict.subject.key === subject.key &&
      verdict.subject.id === subject.id &&
      verdict.subject.pid === subject.pid &&
      summary.startsWith(`${verdict.code} `),
  )

const fires = ({ status }: Verdict): boolean => status === 'firing'
