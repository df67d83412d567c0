import { isCgroupFile } from '../core/procfs/cgroup-files.ts'
import type { EmptyCgroup } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Hierarchies in which every engine makes a cgroup for a container, the cheapest to walk first; the last is v2 alone. */
const hierarchies = ['freezer', 'pids', 'memory', 'unified', '']
const MOST_DIRECTORIES = 4_096
const DEEPEST = 12
const MOST_EMPTY = 64
/** A walk lists every cgroup of the node. What it found is looked at again in each pass, and that is little. */
const PASSES_BETWEEN_WALKS = 150

/** Cgroups without children and without processes. Directories of which nothing is left are what engines leave behind. */
export class EmptyCgroups {
  #candidates: readonly EmptyCgroup[] = []
  #walkedInPass = 0
  #pass = 0

  collect(source: ProcSource, tally: Tally, processes: readonly ProcessSample[]): EmptyCgroup[] {
    this.#pass += 1
    if (this.#walkedInPass === 0 || this.#pass - this.#walkedInPass >= PASSES_BETWEEN_WALKS) {
      this.#candidates = walkCgroups(source, tally, pathsOf(processes))
      this.#walkedInPass = this.#pass
    }
    const looked = this.#candidates.map((cgroup) => ({ cgroup, processes: processesIn(source, tally, cgroup) }))
    this.#candidates = looked.filter(({ processes }) => processes.kind !== 'gone').map(({ cgroup }) => cgroup)
    return looked.filter(({ processes }) => valueOf(processes) === 0).map(({ cgroup }) => cgroup)
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
