import type { StoryKind } from '../model/story.ts'
import { as, keyOf } from './ties.ts'

/** A verdict that fired and has cleared, where nothing else was seen to belong to it. */
export const verdictPassed: StoryKind = {
  kind: 'verdict-passed',
  title: 'a verdict fired, and has cleared',
  begins(event, loose) {
    if (event.type !== 'verdict-cleared') return undefined
    const raised = loose.findLast(
      ({ type, subject, facts }) =>
        type === 'verdict-raised' && keyOf(subject) === keyOf(event.subject) && facts?.code === event.facts?.code,
    )
    return raised && [raised, event].map(as('with'))
  },
  takes: () => undefined,
  tell: ([raised]) => ({ summary: raised?.event.summary ?? '', proof: [], settled: true }),
}
