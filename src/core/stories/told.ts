import type { NodeEvent } from '../model/event.ts'
import { isEvent, type Story } from '../model/story.ts'
import { isOpen, type OpenStory, type Place } from './open-story.ts'
import { keyOf } from './ties.ts'
import { verdictClauses } from './wording.ts'

/** An event that is in no story, or a story, in place of its first event. */
export type Told =
  | { readonly kind: 'event'; readonly event: NodeEvent }
  | { readonly kind: 'story'; readonly story: Story }

/** What stands at a place now; nothing where its event is told elsewhere. */
export function toldOf({ content }: Place): readonly Told[] {
  if (content === undefined) return []
  if (isEvent(content)) return [{ kind: 'event', event: content }]
  const story = isOpen(content) ? worthTelling(content) : content
  if (story !== undefined) return [{ kind: 'story', story }]
  return isOpen(content) ? content.members.map(({ event }) => ({ kind: 'event', event })) : []
}

/** One event that says everything itself is no story yet. */
export function worthTelling(open: OpenStory): Story | undefined {
  const story = asStory(open)
  const [first, ...others] = story.members
  return others.length === 0 && story.summary === first?.event.summary ? undefined : story
}

export function asStory({ kind, members }: OpenStory): Story {
  const { summary, proof, settled } = kind.tell(members)
  const [first, last] = [members[0]?.event, members.at(-1)?.event]
  const about = first === undefined ? [] : [keyOf(first.subject), first.facts?.code].filter((one) => one !== undefined)
  return {
    id: [kind.kind, first?.at, ...about].join(' '),
    kind: kind.kind,
    since: first?.at ?? '',
    until: last?.at ?? '',
    summary: [summary, ...verdictClauses(members)].join('; '),
    proof,
    settled,
    members: [...members],
  }
}
