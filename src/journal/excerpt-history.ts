import { lookOf, rebootBetween } from '../core/snapshot/reboot.ts'
import type { Excerpt } from './excerpt.ts'
import type { PastFact } from './look-back.ts'

/** What an excerpt tells of a time, as `eventsBetween` tells it of a journal. */
export function toldIn({ moments }: Excerpt, sinceMs: number, untilMs: number): readonly PastFact[] {
  const isAsked = (at: string) => Date.parse(at) >= sinceMs && Date.parse(at) <= untilMs
  return moments.flatMap(({ snapshot, events }, index): PastFact[] => {
    const before = moments[index - 1]?.snapshot
    const reboot = rebootBetween(before && lookOf(before), lookOf(snapshot))
    const snapshots = before?.run === snapshot.run ? [snapshot, before] : [snapshot]
    return [
      ...(reboot !== undefined && isAsked(reboot.after.takenAt) ? [{ reboot }] : []),
      ...events.filter(({ at }) => isAsked(at)).map((event) => ({ event, snapshots })),
    ]
  })
}
