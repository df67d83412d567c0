import type { NodeEvent } from '../model/event.ts'
import type { StoryKind, StoryMember } from '../model/story.ts'
import { as, keyOf, samePass } from './ties.ts'
import { count, listed, podName } from './wording.ts'

/** A pod's sandbox exited: with the containers of the pod and its shim, or alone, which is told as what came first. */
export const podEnded: StoryKind = {
  kind: 'pod-ended',
  title: "a pod's sandbox, its containers and its shims ended",
  begins(event, loose) {
    if (event.type !== 'container-exited' || event.facts?.role !== 'sandbox' || event.facts.pod === undefined)
      return undefined
    if (event.facts.outlivedBy !== undefined) return [as('cause')(event)]
    const exited = loose.filter((earlier) => earlier.type === 'container-exited' && isOfPod(earlier, event))
    const keepers = shimsOf([...exited, event])
    const shims = loose.filter((earlier) => isEndOfShim(earlier, keepers))
    return [...loose.filter((one) => exited.includes(one) || shims.includes(one)), event].map(as('with'))
  },
  takes(members, event) {
    const events = members.map((member) => member.event)
    const sandbox = events.find(({ facts }) => facts?.role === 'sandbox')
    if (sandbox === undefined) return undefined
    const keepers = shimsOf(events)
    if (event.type === 'verdict-raised')
      return event.facts?.code === 'sandbox-dead' && isCause(members) && keepers.has(keyOf(event.subject))
        ? 'effect'
        : undefined
    if (event.type === 'container-exited') return isOfPod(event, sandbox) ? 'with' : undefined
    return isEndOfShim(event, keepers) ? 'with' : undefined
  },
  tell(members) {
    const events = members.map((member) => member.event)
    const exited = events.filter(({ type, facts }) => type === 'container-exited' && facts?.role !== 'sandbox')
    const shims = events.filter(({ type }) => type === 'shim-gone')
    const sandbox = events.find(({ facts }) => facts?.role === 'sandbox')
    if (sandbox !== undefined && isCause(members)) {
      const left = sandbox.facts?.outlivedBy ?? []
      const later =
        exited.length === 0
          ? ''
          : `, ${exited.length === left.length ? 'and exited' : `${exited.length} of them exited`} later`
      return {
        summary: `${sandbox.summary}; ${count(left.length, 'container')} of the pod outlived it${later}`,
        proof: left.map(({ called, pid }) => ({
          source: `/proc/${pid}`,
          observed: `the first process of ${called} was there at ${sandbox.at}, when the sandbox had exited`,
        })),
        settled: true,
      }
    }
    const parts = [
      'its sandbox',
      ...(exited.length === 0 ? [] : [count(exited.length, 'container')]),
      ...(shims.length === 0 ? [] : [count(shims.length, 'shim')]),
    ]
    const [first] = events
    const order = events.length > 1 && events.every((event) => first !== undefined && samePass(first, event))
    return {
      summary: `${podName(sandbox ?? first)} ended: ${listed(parts)}${order ? ', together: which came first was not seen' : ''}`,
      proof: [],
      settled: false,
    }
  },
}

const isCause = ([first]: readonly StoryMember[]): boolean => first?.part === 'cause'

const isOfPod = (one: NodeEvent, other: NodeEvent): boolean => one.facts?.pod?.uid === other.facts?.pod?.uid

const shimsOf = (events: readonly NodeEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap(({ facts }) => facts?.shim ?? []))

/** A shim whose bundle is deleted is being dismissed. */
const isEndOfShim = ({ type, subject, facts }: NodeEvent, keepers: ReadonlySet<string>): boolean =>
  keepers.has(keyOf(subject)) &&
  ((type === 'shim-gone' && facts?.outlivedBy === undefined) ||
    (type === 'shim-orphaned' && facts?.bundleDeleted === true))
