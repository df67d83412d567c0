import type { NodeEvent } from '../model/event.ts'
import type { StoryKind } from '../model/story.ts'
import { as, isOf, keyOf } from './ties.ts'
import { count, podName } from './wording.ts'

/** A pod or a container that is new, with the shim that was started for it. */
export const began: StoryKind = {
  kind: 'began',
  title: 'a pod, or a container of none, was created and started, and a shim for it',
  begins(event, loose) {
    if (event.type !== 'container-created') return undefined
    const shims = loose.filter(({ type, subject }) => type === 'shim-appeared' && keyOf(subject) === event.facts?.shim)
    return [...shims, event].map(as('with'))
  },
  takes(members, event) {
    const created = members.filter((member) => member.event.type === 'container-created').map((member) => member.event)
    if (event.type === 'container-started')
      return created.some(({ subject }) => keyOf(subject) === keyOf(event.subject)) &&
        !members.some(({ event: { type, subject } }) => type === event.type && keyOf(subject) === keyOf(event.subject))
        ? 'with'
        : undefined
    const isOfPod = created[0]?.facts?.pod !== undefined && created[0].facts.pod.uid === event.facts?.pod?.uid
    if (!isOfPod || !isOf(event, 'container-created', 'shim-appeared')) return undefined
    // A second one of a name is not new: it follows on the first.
    return event.type === 'shim-appeared' || !created.some((other) => isNamesake(other, event)) ? 'with' : undefined
  },
  tell(members) {
    const events = members.map(({ event }) => event)
    const created = events.filter(({ type }) => type === 'container-created')
    const [first] = created
    const containers = created.filter(({ facts }) => facts?.role !== 'sandbox').length
    const last = events.findLast(({ type }) => type === 'container-started') ?? first
    const isPod = first?.facts?.pod !== undefined
    const summary =
      isPod && created.length > 1
        ? `${podName(first)} began with ${containers === created.length ? '' : 'its sandbox and '}${count(containers, 'container')}`
        : (last?.summary ?? '')
    return { summary, proof: [], settled: false }
  },
}

const isNamesake = ({ facts: a }: NodeEvent, { facts: b }: NodeEvent): boolean =>
  a?.role === b?.role && a?.name === b?.name
