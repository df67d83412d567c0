import { isCgroupFile } from '../core/procfs/cgroup-files.ts'
import type { EmptyCgroup } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, type Reading, unread, valueOf } from '../core/model/reading.ts'
import type { Attention } from './attention.ts'
import type { ProcSource } from './proc-source.ts'
import { isTurn } from './rhythm.ts'
import type { Tally } from './tally.ts'

/** Hierarchies in which every engine makes a cgroup for a container, the cheapest to walk first; the last is v2 alone. */
const hierarchies = ['freezer', 'pids', 'memory', 'unified', '']
const MOST_DIRECTORIES = 4_096
const DEEPEST = 12
const MOST_EMPTY = 64
/** A walk lists every cgroup of the node. What it found is looked at again in each pass, and that is little. */
const PASSES_BETWEEN_WALKS = 150

interface Candidate {
  readonly cgroup: EmptyCgroup
  readonly processes: Reading<number>
}

/** Cgroups without children and without processes. Directories of which nothing is left are what engines leave behind. */
export class EmptyCgroups {
  #candidates: readonly Candidate[] = []
  #walkedInPass = 0
  #pass = 0

  collect(source: ProcSource, tally: Tally, processes: readonly ProcessSample[], attention: Attention): EmptyCgroup[] {
    this.#pass += 1
    const isWalk = this.#walkedInPass === 0 || this.#pass - this.#walkedInPass >= PASSES_BETWEEN_WALKS
    if (isWalk) this.#walkedInPass = this.#pass
    const before = isWalk
      ? walkCgroups(source, tally, pathsOf(processes)).map((cgroup) => ({ cgroup, processes: unread }))
      : this.#candidates
    const { look, rhythm } = attention
    const candidates = before.map((candidate, index) =>
      isWalk || look === 'closely' || isTurn(index, rhythm.keepers, attention)
        ? { ...candidate, processes: processesIn(source, tally, candidate.cgroup) }
        : candidate,
    )
    this.#candidates = candidates.filter(({ processes }) => processes.kind !== 'gone')
    return this.#candidates.filter(({ processes }) => valueOf(processes) === 0).map(({ cgroup }) => cgroup)
  }
}

/** Every cgroup that a process is in, and those above it. */
function pathsOf(processes: readonly ProcessSample[]): ReadonlySet<string> {
  const paths = new Set<string>()
  for (const { cgroup } of processes) {
    if (cgroup.kind !== 'known') continue
    const { path } = cgroup.value
    if (paths.has(path)) continue
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) paths.add(path.slice(0, end))
  }
  return paths
}

function walkCgroups(source: ProcSource, tally: Tally, inUse: ReadonlySet<string>): EmptyCgroup[] {
  for (const hierarchy of hierarchies) {
    const root = hierarchy === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${hierarchy}`
    const top = tally.count('cgroupfs', source.list(root))
    if (top.kind === 'known') return leavesBelow(source, tally, root, inUse)
  }
  return []
}

function leavesBelow(source: ProcSource, tally: Tally, root: string, inUse: ReadonlySet<string>): EmptyCgroup[] {
  const leaves: EmptyCgroup[] = []
  let listed = 0
  const waiting = [{ path: '', depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next
    if (listed >= MOST_DIRECTORIES || leaves.length >= MOST_EMPTY) break
    listed += 1
    const names = tally.count('cgroupfs', source.list(root + path))
    if (names.kind !== 'known') continue
    const children = names.value.filter((name) => !isCgroupFile(name))
    if (children.length === 0 && path !== '' && !inUse.has(path)) leaves.push({ path, source: root + path })
    if (depth < DEEPEST) for (const name of children) waiting.push({ path: `${path}/${name}`, depth: depth + 1 })
  }
  return leaves
}

/** The kernel is asked itself: paths seen from another cgroup namespace could not be compared. */
const processesIn = (source: ProcSource, tally: Tally, { source: directory }: EmptyCgroup): Reading<number> =>
  mapReading(tally.count('cgroupfs', source.read(`${directory}/cgroup.procs`)), ({ length }) => length)
