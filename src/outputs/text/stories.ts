import type { Story, StoryPart } from '../../core/model/story.ts'
import type { Told } from '../../core/stories/told.ts'
import { renderEvent } from './events.ts'
import { printable } from './printable.ts'

/** An event as one line, or a story: its sentence, what proves it, and below it the events that it consists of. */
export function renderTold(told: Told): string {
  return (told.kind === 'event' ? [renderEvent(told.event)] : storyLines(told.story)).join('\n')
}

const storyLines = ({ since, kind, summary, proof, members }: Story): readonly string[] => [
  renderEvent({ at: since, type: kind, summary }),
  ...proof.map(({ source, observed }) => `    proof: ${printable(source)}: ${printable(observed)}`),
  ...members.map(
    ({ event: { at, type, summary: said }, part }) =>
      `    ${renderEvent({ at, type, summary: `${claims[part]}${said}` })}`,
  ),
]

const claims: Readonly<Record<StoryPart, string>> = { cause: 'cause: ', effect: 'effect: ', with: '' }
