import type { DirectorySample } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { type Attention, isDue } from './attention.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Directories outside of bundles, as the process sees them that they tell something about. */
export class Directories {
  #found: ReadonlyMap<string, DirectorySample> = new Map()

  collect(source: ProcSource, tally: Tally, closer: readonly ProcessSample[], attention: Attention): DirectorySample[] {
    const found = new Map<string, DirectorySample>()
    for (const { pid, key } of closer) {
      const { directories, interest } = attention.wanted.get(pid) ?? {}
      if (directories === undefined || interest === undefined) continue
      for (const path of directories) {
        const name = `${key} ${path}`
        const before = this.#found.get(name)
        const at = `/proc/${pid}/root${path}`
        const isRead = before === undefined || isDue(pid, interest, attention)
        found.set(name, isRead ? { path, source: at, shim: key, facts: tally.count('root', source.facts(at)) } : before)
      }
    }
    this.#found = found
    return [...found.values()]
  }
}
