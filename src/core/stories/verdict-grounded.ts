import type { NodeEvent } from '../model/event.ts'
import type { StoryKind } from '../model/story.ts'
import { as, keyOf } from './ties.ts'

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
    const verdict = members[1]?.event
    if (verdict === undefined || !sameSubject(event, verdict)) return undefined
    const isEnd = event.type === 'shim-adopted' || (event.type === 'shim-gone' && event.facts?.outlivedBy === undefined)
    return isEnd ? 'with' : undefined
  },
  tell(members) {
    const [ground, verdict] = members
    const later = members.flatMap(({ event: { type } }) =>
      type === 'shim-adopted' ? ['it is managed again'] : type === 'shim-gone' ? ['it has ended since'] : [],
    )
    return {
      summary: [ground?.event.summary, ...later].join('; '),
      proof: [
        {
          source: keyOf(ground?.event.subject ?? { kind: 'node' }),
          observed: `at ${ground?.event.at}: ${ground?.event.summary}`,
        },
        {
          source: keyOf(verdict?.event.subject ?? { kind: 'node' }),
          observed: `at ${verdict?.event.at}: ${verdict?.event.summary}`,
        },
      ],
      settled: true,
    }
  },
}

const sameSubject = (one: NodeEvent, other: NodeEvent): boolean => keyOf(one.subject) === keyOf(other.subject)
