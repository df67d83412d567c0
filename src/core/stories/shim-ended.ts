import type { StoryKind, StoryMember } from '../model/story.ts'
import { as, keyOf } from './ties.ts'
import { count, listed } from './wording.ts'

/**
 * A shim is gone, and containers that it kept run on: so it ended before they did. By whose hand is not to be seen: the
 * exit status of a process is told to its parent alone. wait(2)
 */
export const shimEnded: StoryKind = {
  kind: 'shim-ended',
  title: 'a shim ended, and its containers run on without a keeper',
  begins: (event) =>
    event.type === 'shim-gone' && event.facts?.outlivedBy !== undefined ? [as('cause')(event)] : undefined,
  takes(members, { type, subject, facts }) {
    const isLeft = leftBy(members).some(({ key }) => key === keyOf(subject))
    if (type === 'verdict-raised') return isLeft && facts?.code === 'container-shimless' ? 'effect' : undefined
    const wasKept = members[0]?.event.subject.key === facts?.shim
    return type === 'container-exited' && (isLeft || wasKept) ? 'with' : undefined
  },
  tell(members) {
    const [gone] = members
    const left = leftBy(members)
    const exits = members.filter(({ event }) => event.type === 'container-exited').map(({ event }) => event)
    const later = left.filter(({ key }) => exits.some(({ subject }) => keyOf(subject) === key)).length
    const others = exits.length - later
    const fates = [
      `${count(left.length, 'container')} lost ${left.length === 1 ? 'its' : 'their'} keeper`,
      ...(later === 0 ? [] : [left.length === 1 ? 'exited later' : `${later} of them exited later`]),
      ...(others === 0 ? [] : [`${others === 1 ? 'one' : others} more that it kept exited`]),
    ]
    return {
      summary: `${gone?.event.summary}; ${listed(fates)}`,
      proof: [
        { source: `/proc/${gone?.event.subject.pid}`, observed: `gone at ${gone?.event.at}` },
        ...left.map(({ called, pid }) => ({
          source: `/proc/${pid}`,
          observed: `there at ${gone?.event.at}: the first process of ${called}`,
        })),
      ],
      settled: true,
    }
  },
}

const leftBy = ([gone]: readonly StoryMember[]) => gone?.event.facts?.outlivedBy ?? []
