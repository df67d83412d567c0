import type { Forest } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import { YOUNG_MS } from './daemons.ts'
import { STARTING_MS } from './relation.ts'

/** What differs from pass to pass and is asked only of a finished forest. Anything else of a sample shapes the forest. */
const passing: ReadonlySet<string> = new Set<keyof HostSample>([
  'takenAtMs',
  'uptimeMs',
  'bootedAtMs',
  'durationMs',
  'reads',
  'denied',
  'pidMax',
  'threads',
])

/** Whether a forest grown from the later sample would be that of the earlier: sources hand on the very lists that stayed. */
export const isUnchanged = (before: HostSample, now: HostSample): boolean =>
  Object.entries(now).every(([name, value]) => passing.has(name) || before[name as keyof HostSample] === value)

/** A keeper that is young is judged otherwise when it is older, even where nothing else changes. */
export const isSettled = ({ host, recognitions, tree }: Forest): boolean =>
  [...recognitions].every(([key, { role }]) => {
    const bornMs = (tree.nodes.get(key)?.process.startTicks ?? 0) * 10
    return (role !== 'shim' && role !== 'daemon') || host.uptimeMs - bornMs >= Math.max(STARTING_MS, YOUNG_MS)
  })
