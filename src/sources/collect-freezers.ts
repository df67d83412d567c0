import { parseCgroupEvents, parseFreezerState } from '../core/procfs/freezer.ts'
import type { FreezerSample } from '../core/model/host.ts'
import type { Interest, ProcessSample } from '../core/model/process.ts'
import { mapReading } from '../core/model/reading.ts'
import { type Attention, isDue } from './attention.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** A process that shows whether its cgroup is frozen, and where that is written. */
interface Witness {
  readonly process: ProcessSample
  readonly interest: Interest
  readonly path: string
  readonly v1: string | undefined
  readonly unified: string | null
}

/** Whether containers are frozen; one file for each cgroup that a container's first process is in. */
export class Freezers {
  #found: ReadonlyMap<string, FreezerSample> = new Map()
  #closer: readonly ProcessSample[] = []
  #wanted: Attention['wanted'] = new Map()
  #witnesses: readonly Witness[] = []

  /** @param closer the very list of the last pass where none of them changed. */
  collect(source: ProcSource, tally: Tally, closer: readonly ProcessSample[], attention: Attention): FreezerSample[] {
    if (closer !== this.#closer || attention.wanted !== this.#wanted) {
      this.#wanted = attention.wanted
      this.#closer = closer
      this.#witnesses = witnessesAmong(closer, attention.wanted)
    }
    const found = new Map<string, FreezerSample>()
    for (const { process, interest, path, v1, unified } of this.#witnesses) {
      // What the v1 freezer has frozen is in state D, so that anybody else need not be asked. kernel/freezer.c
      if (v1 !== undefined && process.state !== 'D' && interest !== 'engine') continue
      if (found.has(path)) continue
      const before = this.#found.get(path)
      const isRead = before === undefined || isDue(process.pid, interest, attention)
      found.set(path, isRead ? readFreezer(source, tally, path, v1, unified) : before)
    }
    this.#found = found
    return [...found.values()]
  }
}

const witnessesAmong = (closer: readonly ProcessSample[], wanted: Attention['wanted']): Witness[] =>
  closer.flatMap((process) => {
    const { pid, cgroup } = process
    const interest = wanted.get(pid)?.interest
    if ((interest !== 'root' && interest !== 'stray' && interest !== 'engine') || cgroup.kind !== 'known') return []
    const { path, controllers, unified } = cgroup.value
    if (path === '/' || path.includes('/../')) return []
    // On a hybrid host the v1 freezer freezes, and cgroup.freeze of v2 stays 0.
    return { process, interest, path, v1: controllers.get('freezer'), unified }
  })

function readFreezer(
  source: ProcSource,
  tally: Tally,
  path: string,
  v1: string | undefined,
  unified: string | null,
): FreezerSample {
  const file = v1 === undefined ? `/sys/fs/cgroup${unified}/cgroup.events` : `/sys/fs/cgroup/freezer${v1}/freezer.state`
  const state = mapReading(
    text(tally.count('freezer', source.read(file))),
    v1 === undefined ? parseCgroupEvents : parseFreezerState,
  )
  return { path, source: file, state }
}
