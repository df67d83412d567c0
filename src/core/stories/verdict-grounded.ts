import type { NodeEvent } from '../model/event.ts'
import type { StoryKind } from '../model/story.ts'
import { as, isOf, keyOf, sameContainer } from './ties.ts'

/** For verdicts whose condition is what an event says: that event, and whether it is about what the verdict is about. */
const grounds: Readonly<Record<string, (event: NodeEvent, verdict: NodeEvent) => boolean>> = {
  'shim-leaked': (event, verdict) => event.type === 'shim-orphaned' && sameSubject(event, verdict),
  'shim-abandoned': (event, verdict) => event.type === 'shim-orphaned' && sameSubject(event, verdict),
  'shim-daemonless': (event, verdict) => event.type === 'shim-orphaned' && sameSubject(event, verdict),
  // A shim says of itself that an exit was not collected; which container's, only the exit does.
  'shim-exit-uncollected': (event, verdict) =>
    event.type === 'container-exited' && event.facts?.shim === keyOf(verdict.subject),
}

/** A verdict that fires for what happened to its own subject before. */
export const verdictGrounded: StoryKind = {
  kind: 'verdict-grounded',
  title: 'what happened to a shim or a container, and the verdict that fires for it',
  begins(event, loose) {
    const isGround = event.type === 'verdict-raised' ? grounds[event.facts?.code ?? ''] : undefined
    const found = loose.filter((earlier) => isGround?.(earlier, event) === true)
    // Of two that could be meant, neither is proven.
    const [ground] = found
    return ground === undefined || found.length > 1 ? undefined : [as('cause')(ground), as('effect')(event)]
  },
  takes(members, event) {
    const [ground, verdict] = members
    if (ground === undefined || verdict === undefined) return undefined
    const isEnd = event.type === 'shim-adopted' || (event.type === 'shim-gone' && event.facts?.outlivedBy === undefined)
    if (isEnd && sameSubject(event, verdict.event)) return 'with'
    const isReturn = isOf(event, 'container-created', 'container-started') && ground.event.type === 'container-exited'
    const isKnown = members.some((member) => member.event.type === event.type)
    return isReturn && !isKnown && sameContainer(ground.event, event) ? 'with' : undefined
  },
  tell(members) {
    const [ground, verdict] = members.map(({ event }) => event)
    const said = (event: NodeEvent | undefined) => ({
      source: event === undefined ? '' : nameOf(event),
      observed: `${event?.summary}, at ${event?.at}`,
    })
    return {
      summary: [ground?.summary, ...members.flatMap(({ event }) => outcomes[event.type] ?? [])].join('; '),
      proof: [said(ground), said(verdict)],
      settled: true,
    }
  },
}

const outcomes: Partial<Record<NodeEvent['type'], string>> = {
  'shim-adopted': 'it is managed again',
  'shim-gone': 'it has ended since',
  'container-created': 'it was created again',
}

/** As a person can look for it. */
const nameOf = ({ subject }: NodeEvent): string =>
  subject.pid === undefined ? keyOf(subject) : `${subject.kind}, pid ${subject.pid}`

const sameSubject = (one: NodeEvent, other: NodeEvent): boolean => keyOf(one.subject) === keyOf(other.subject)
