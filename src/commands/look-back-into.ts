import type { NodeEvent } from '../core/model/event.ts'
import { beginningOf, eventsBetween, snapshotAt } from '../journal/look-back.ts'
import type { Past } from '../outputs/http/past.ts'

/** The journal of a directory, as the API asks it. What cannot be read of it is left out. */
export const lookBackInto = (directory: string): Past => ({
  snapshotAt: async (atMs) => (await snapshotAt(directory, atMs)).snapshot,
  async eventsBetween(sinceMs, untilMs, most) {
    const found: NodeEvent[] = []
    for await (const { event } of eventsBetween(directory, sinceMs, untilMs, () => {})) {
      found.push(event)
      if (found.length === most) break
    }
    return found
  },
  beginsAtMs: () => beginningOf(directory),
})
