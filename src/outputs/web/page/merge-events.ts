import type { NodeEvent } from '../../../core/model/event.ts'

/** Events that the page keeps. */
const most = 300

/**
 * The events of a list and those that came since, oldest first, each once. Both carry the seq of their snapshot, which
 * is told as a whole: a list that knows of a seq knows all of its events.
 */
export function mergeEvents(known: readonly NodeEvent[], more: readonly NodeEvent[]): readonly NodeEvent[] {
  const last = known.at(-1)?.seq ?? 0
  return [...known, ...more.filter(({ seq }) => seq > last)].slice(-most)
}
