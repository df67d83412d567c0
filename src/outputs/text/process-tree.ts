import type { Process } from '../../core/model/snapshot.ts'
import type { Drawn } from './draw.ts'
import type { Span } from './line.ts'

/** Processes by parentage, oldest first. What has no parent among them stands at the top. */
export function drawProcesses(
  processes: readonly Process[],
  label: (process: Process) => readonly Span[],
): readonly Drawn[] {
  const sorted = [...processes].sort((a, b) => compare(a.startedAt, b.startedAt) || a.pid - b.pid)
  const roots: Drawn[] = []
  // A parent is older than its child, so a parent is here already; one that claims otherwise is a reused pid, and no
  // circle can come about.
  const siblings = new Map<number, Drawn[]>()
  for (const process of sorted) {
    const children: Drawn[] = []
    const place = siblings.get(process.ppid) ?? roots
    place.push({ label: label(process), notes: () => [], children, of: { kind: 'process', process } })
    siblings.set(process.pid, children)
  }
  return roots
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
