import { parseCgroupEvents, parseFreezerState } from '../core/procfs/freezer.ts'
import type { FreezerSample } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading } from '../core/model/reading.ts'
import { type Attention, isDue } from './attention.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Whether containers are frozen; one file for each cgroup that a container's first process is in. */
export class Freezers {
  #found: ReadonlyMap<string, FreezerSample> = new Map()

  collect(source: ProcSource, tally: Tally, closer: readonly ProcessSample[], attention: Attention): FreezerSample[] {
    const found = new Map<string, FreezerSample>()
    for (const { pid, cgroup, state: letter } of closer) {
      const interest = attention.wanted.get(pid)?.interest
      if ((interest !== 'root' && interest !== 'stray' && interest !== 'engine') || cgroup.kind !== 'known') continue
      const { path, controllers, unified } = cgroup.value
      if (path === '/' || path.includes('/../') || found.has(path)) continue
      // On a hybrid host the v1 freezer freezes, and cgroup.freeze of v2 stays 0.
      const v1 = controllers.get('freezer')
      // What the v1 freezer has frozen is in state D, so that anybody else need not be asked. kernel/freezer.c
      if (v1 !== undefined && letter !== 'D' && interest !== 'engine') continue
      const before = this.#found.get(path)
      const isRead = before === undefined || isDue(pid, interest, attention)
      found.set(path, isRead ? readFreezer(source, tally, path, v1, unified) : before)
    }
    this.#found = found
    return [...found.values()]
  }
}

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
