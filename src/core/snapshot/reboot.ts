import type { Snapshot } from '../model/snapshot.ts'
import type { Look, Reboot } from '../model/story.ts'

export const lookOf = ({
  takenAt,
  bootId,
  shims,
  containers,
}: Pick<Snapshot, 'takenAt' | 'bootId' | 'shims' | 'containers'>): Look => ({
  takenAt,
  bootId,
  shims: shims.length,
  containers: containers.length,
})

/** What the boot id is called where it could not be read. */
const UNKNOWN = 'unknown'

/** Between two looks, the later one second; `undefined`: none that is proven. */
export function rebootBetween(before: Look | undefined, after: Look | undefined): Reboot | undefined {
  if (before === undefined || after === undefined || before.bootId === after.bootId) return undefined
  return [before, after].some(({ bootId }) => bootId === UNKNOWN) ? undefined : { before, after }
}
