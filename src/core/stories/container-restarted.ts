import type { NodeEvent } from '../model/event.ts'
import type { StoryKind, StoryMember } from '../model/story.ts'
import { as, isOf, keyOf, sameContainer } from './ties.ts'

/** A container of a pod that has another id now, or one that was started again under its own, as docker does. */
export const containerRestarted: StoryKind = {
  kind: 'container-restarted',
  title: 'a container exited, and is there again: the same of its pod, or the same id',
  begins(event, loose) {
    if (event.type !== 'container-created') return undefined
    const exited = loose.findLast((earlier) => earlier.type === 'container-exited' && sameContainer(earlier, event))
    if (exited === undefined) return undefined
    // Where each container has a shim of its own, that goes and comes with it.
    const shims = loose.filter(
      ({ type, subject }) =>
        (type === 'shim-gone' && subject.key === exited.facts?.shim && subject.id === exited.subject.id) ||
        (type === 'shim-appeared' && subject.key === event.facts?.shim && subject.id === event.subject.id),
    )
    return [...loose.filter((earlier) => earlier === exited || shims.includes(earlier)), event].map(as('with'))
  },
  takes(members, event) {
    const current = members.findLast(({ event: { type } }) => type === 'container-created')?.event
    if (current === undefined || !isOf(event, 'container-created', 'container-started', 'container-exited'))
      return undefined
    const isCurrent = keyOf(event.subject) === keyOf(current.subject)
    if (event.type !== 'container-created')
      return isCurrent && (event.type === 'container-exited' || !hasExited(members)) ? 'with' : undefined
    return hasExited(members) && sameContainer(current, event) ? 'with' : undefined
  },
  tell(members) {
    const created = members.filter(({ event }) => event.type === 'container-created')
    const [exited] = members.filter(({ event }) => event.type === 'container-exited')
    const last = created.at(-1)?.event
    const times = created.length === 1 ? 'restarted' : `restarted ${created.length} times`
    return {
      summary: `${nameOf(exited?.event)} ${times}${idsOf(exited?.event, last)}${hasExited(members) ? ', and exited again' : ''}`,
      proof: [],
      settled: false,
    }
  },
}

/** Whether the latest of it has. */
const hasExited = (members: readonly StoryMember[]): boolean =>
  members.findLast(({ event }) => isOf(event, 'container-created', 'container-exited'))?.event.type ===
  'container-exited'

/** An event's summary begins with who it is about. */
const nameOf = (exited: NodeEvent | undefined): string =>
  (exited?.summary ?? 'a container').replace(/ (exited|is gone before it started)$/, '')

function idsOf(before: NodeEvent | undefined, after: NodeEvent | undefined): string {
  const [old, young] = [before?.subject.id, after?.subject.id]
  return old === undefined || young === undefined || old === young ? '' : ` (${short(old)} → ${short(young)})`
}

const short = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id)
