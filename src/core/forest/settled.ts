import type { Forest } from '../model/forest.ts'
import { type HostSample, passing } from '../model/host.ts'
import { YOUNG_MS } from './daemons.ts'
import { STARTING_MS } from './relation.ts'

const isPassing: ReadonlySet<string> = new Set(passing)

/** Whether a forest grown from the later sample would be that of the earlier: sources hand on the very lists that stayed. */
export const isUnchanged = (before: HostSample, now: HostSample): boolean =>
  Object.entries(now).every(([name, value]) => isPassing.has(name) || before[name as keyof HostSample] === value)

/** A keeper that is young is judged otherwise when it is older, even where nothing else changes. */
export const isSettled = ({ host, recognitions, tree }: Forest): boolean =>
  [...recognitions].every(([key, { role }]) => {
    const bornMs = (tree.nodes.get(key)?.process.startTicks ?? 0) * 10
    return (role !== 'shim' && role !== 'daemon') || host.uptimeMs - bornMs >= Math.max(STARTING_MS, YOUNG_MS)
  })
