import type { NodeEvent } from '../model/event.ts'
import type { StoryKind } from '../model/story.ts'
import { as, keyOf, samePass } from './ties.ts'
import { count } from './wording.ts'

/** Containers that are of no pod, and the shim that kept them. Told when both have ended. */
export const containerEnded: StoryKind = {
  kind: 'container-ended',
  title: 'a container of no pod exited, and its shim ended',
  begins(event, loose) {
    const keeper = event.type === 'container-exited' ? event.facts?.shim : keyOf(event.subject)
    const all = [...loose, event].filter((one) => isPartOf(one, keeper))
    const isWhole = all.some(({ type }) => type === 'shim-gone') && all.some(({ type }) => type === 'container-exited')
    return isWhole && all.at(-1) === event ? all.map(as('with')) : undefined
  },
  takes(members, event) {
    const keeper = members.find(({ event: { type } }) => type === 'shim-gone')?.event.subject
    return keeper !== undefined && event.type === 'container-exited' && isPartOf(event, keyOf(keeper))
      ? 'with'
      : undefined
  },
  tell(members) {
    const events = members.map((member) => member.event)
    const exits = events.filter(({ type }) => type === 'container-exited')
    const [exit] = exits
    const gone = events.find(({ type }) => type === 'shim-gone')
    const who = exits.length === 1 ? exit?.summary : `${count(exits.length, 'container')} exited`
    const isTogether = exits.some((one) => gone !== undefined && samePass(one, gone))
    return {
      summary: `${who}, and its shim (pid ${gone?.subject.pid}) ${isTogether ? 'ended together with it: which came first was not seen' : 'ended after it'}`,
      proof: [],
      settled: true,
    }
  },
}

function isPartOf({ type, subject, facts }: NodeEvent, keeper: string | undefined): boolean {
  if (keeper === undefined || facts?.pod !== undefined) return false
  if (type === 'container-exited') return facts?.shim === keeper
  if (keyOf(subject) !== keeper) return false
  return (
    (type === 'shim-gone' && facts?.outlivedBy === undefined) ||
    (type === 'shim-orphaned' && facts?.bundleDeleted === true)
  )
}
