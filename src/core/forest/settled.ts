import type { Forest } from '../model/forest.ts'
import { type HostSample, shapesForest } from '../model/host.ts'
import { YOUNG_MS } from './daemons.ts'
import { STARTING_MS } from './relation.ts'

const around = Object.entries(shapesForest).flatMap(([name, shapes]) =>
  shapes && name !== 'processes' ? [name as keyof HostSample] : [],
)

/** Whether all but the processes is as it was: sources hand on the very lists that stayed. */
export const isSameAround = (before: HostSample, now: HostSample): boolean =>
  around.every((name) => before[name] === now[name])

/** A keeper that is young is judged otherwise when it is older, even where nothing else changes. */
export const isSettled = ({ host, recognitions, tree }: Forest): boolean =>
  [...recognitions].every(([key, { role }]) => {
    const bornMs = (tree.nodes.get(key)?.process.startTicks ?? 0) * 10
    return (role !== 'shim' && role !== 'daemon') || host.uptimeMs - bornMs >= Math.max(STARTING_MS, YOUNG_MS)
  })
