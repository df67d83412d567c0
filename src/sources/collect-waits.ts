import type { ProcessKey, ProcessSample, Wanted } from '../core/model/process.ts'
import { valueOf } from '../core/model/reading.ts'
import { waitChannel } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** One more file of each container: asked only now and then. */
const PASSES_BETWEEN_LOOKS = 15

/**
 * What the first processes of containers wait for. Whoever sleeps may wait for its output to be read; those that were
 * found to write into a pipe are asked again in every pass.
 */
export class Waits {
  #writing: ReadonlySet<ProcessKey> = new Set()
  #pass = 0

  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    wanted: ReadonlyMap<number, Wanted>,
  ): readonly ProcessSample[] {
    const isDue = this.#pass % PASSES_BETWEEN_LOOKS === 0
    this.#pass += 1
    if (!isDue && this.#writing.size === 0) return processes
    const writing = new Set<ProcessKey>()
    const result = processes.map((process) => {
      const { key, pid, state, detail } = process
      if (detail === undefined || state !== 'S' || wanted.get(pid)?.interest !== 'root') return process
      if (!isDue && !this.#writing.has(key)) return process
      const wchan = waitChannel(source, tally, `/proc/${pid}`)
      if (valueOf(wchan)?.endsWith('pipe_write') === true) writing.add(key)
      return { ...process, detail: { ...detail, wchan } }
    })
    this.#writing = writing
    return result
  }
}
