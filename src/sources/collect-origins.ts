import { mountedAt, parseOrigin } from '../core/procfs/mountinfo.ts'
import type { Origin } from '../core/model/host.ts'
import type { ProcessKey, ProcessSample } from '../core/model/process.ts'
import { valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import type { Tally } from './tally.ts'

interface FoundOrigin {
  readonly origin?: Origin
  /** The directory in containers/storage where its container has one, as its parent sees it. */
  readonly storage?: string | undefined
}

/** Who made the roots of strays. */
export class Origins {
  #found: ReadonlyMap<ProcessKey, FoundOrigin> = new Map()

  /** A root is mounted before its first process starts, so one look at each process is enough. */
  collect(source: ProcSource, tally: Tally, strays: readonly ProcessSample[]): Origin[] {
    const living = new Map<ProcessKey, FoundOrigin>()
    for (const process of strays) {
      if (process.state === 'Z') continue
      living.set(process.key, this.#found.get(process.key) ?? originOf(source, tally, process))
    }
    this.#found = living
    return [...living.values()].flatMap(({ origin }) => origin ?? [])
  }

  /** Of the last collection: the directory in containers/storage where the process's container has one. */
  storageOf(key: ProcessKey): string | undefined {
    return this.#found.get(key)?.storage
  }
}

function originOf(source: ProcSource, tally: Tally, { pid, ppid, key }: ProcessSample): FoundOrigin {
  const table = (of: number) =>
    valueOf(text(tally.count('mountinfo', source.readWhole(`/proc/${of}/mountinfo`, TABLE_BYTES))))
  const own = table(pid)
  const found = own === null ? undefined : parseOrigin(own)
  if (found === undefined) return {}
  const { storage, ...origin } = found
  const above = storage === undefined || ppid === 0 ? null : table(ppid)
  return {
    origin: { key, source: `/proc/${pid}/mountinfo`, ...origin },
    storage: storage === undefined || above === null ? undefined : mountedAt(above, storage),
  }
}
