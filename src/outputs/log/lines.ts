import type { Agent, Pass } from '../../agent/agent.ts'
import type { NodeEvent } from '../../core/model/event.ts'
import type { Story } from '../../core/model/story.ts'
import { type StoryTeller, storyTeller } from '../../core/stories/tell.ts'
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
 * the verdict's evidence. What fires already when the agent begins has no event, and is told then. A story with a cause
 * is a line of its own, once: when all that it waits for has come.
 */
export function tellLines(agent: Pick<Agent, 'subscribe'>, tell: (line: Line) => void): () => void {
  // Nothing is told twice here, so nothing is kept for it.
  const stories = causesOf(storyTeller({ mostHeld: 0 }))
  let before: Snapshot | undefined
  return agent.subscribe((pass) => {
    for (const line of linesOf(pass, before)) tell(line)
    for (const story of stories(pass.delta?.events ?? [])) tell(storyLine(story, pass.snapshot))
    before = pass.snapshot
  })
}

/** The stories that these further events have brought to their point. */
function causesOf(teller: StoryTeller): (events: readonly NodeEvent[]) => readonly Story[] {
  const told = new Set<string>()
  return (events) => {
    const heard = new Set(events.map((event) => teller.hear(event)?.()))
    // In the order in which they began, the same story once: as it is after the last of these events.
    const latest = new Map([...heard].flatMap((story) => (story === undefined ? [] : [[story.id, story] as const])))
    const due = [...latest.values()].filter(
      ({ id, settled, members }) => settled && members[0]?.part === 'cause' && !told.has(id),
    )
    for (const { id } of due) told.add(id)
    for (const over of teller.settled()) if (over.kind === 'story') told.delete(over.story.id)
    return due
  }
}

const storyLine = ({ id, kind, since, until, summary, proof, members }: Story, { node }: Snapshot): Line => ({
  level: 'info',
  time: until,
  message: summary,
  attributes: {
    'event.name': 'shimscope.story',
    'k8s.node.name': node,
    'shimscope.story.id': id,
    'shimscope.story.kind': kind,
    'shimscope.story.since': since,
    'shimscope.story.cause': members[0]?.event.summary ?? '',
    'shimscope.story.proof': proof.map(({ source, observed }) => `${source}: ${observed}`),
  },
})

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
