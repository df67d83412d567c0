import type { NodeEvent } from '../model/event.ts'
import type { StoryMember, StoryPart } from '../model/story.ts'
import type { Subject } from '../model/snapshot.ts'

/**
 * By what an event can belong to others: keys of processes and containers, and the pod. Events without a common one are
 * never in one story, however close in time they are.
 */
export function tiesOf({ subject, facts = {} }: NodeEvent): readonly string[] {
  const { daemon, replaces, shims = [], shim, outlivedBy = [], pod } = facts
  return [
    keyOf(subject),
    ...shims,
    ...outlivedBy.map(({ key }) => key),
    ...[daemon, replaces?.key, shim].filter((key) => key !== undefined),
    ...(pod === undefined ? [] : [`pod ${pod.uid}`]),
  ]
}

export const keyOf = ({ key, id, pid, kind }: Subject): string =>
  key ?? id ?? (pid === undefined ? kind : `${kind} ${pid}`)

/** One look of one reader: what it tells has no order. */
export const samePass = (one: NodeEvent, other: NodeEvent): boolean => one.seq === other.seq && one.at === other.at

/** The same container, or a later one of the same name in the same pod. */
export function sameContainer(one: NodeEvent, other: NodeEvent): boolean {
  if (keyOf(one.subject) === keyOf(other.subject)) return true
  const [a, b] = [one.facts, other.facts]
  return (
    a?.name !== undefined && a.name === b?.name && a.role === b.role && a.pod !== undefined && a.pod.uid === b.pod?.uid
  )
}

export const isOf = (event: NodeEvent, ...types: readonly NodeEvent['type'][]): boolean => types.includes(event.type)

export const as =
  (part: StoryPart) =>
  (event: NodeEvent): StoryMember => ({ event, part })
