import type { ProcessKey, ProcessSample } from '../core/model/process.ts'
import { denied, known, type Reading, unread } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** One more file of each container: asked only now and then. */
const PASSES_BETWEEN_LOOKS = 15

/**
 * What the first processes of containers wait for. Whoever sleeps may wait for its output to be read; those that were
 * found to write into a pipe are asked again in every pass, and of the others stands what was found last.
 */
export class Waits {
  #found: ReadonlyMap<ProcessKey, Reading<string>> = new Map()
  #living = new Map<ProcessKey, Reading<string>>()
  #pass = 0

  of(source: ProcSource, tally: Tally, { key, pid, state }: ProcessSample): Reading<string> {
    if (state !== 'S' && state !== 'R') return unread
    const before = this.#found.get(key)
    const isDue = state === 'S' && this.#pass % PASSES_BETWEEN_LOOKS === 0
    const now = isDue || isWriting(before) ? waitChannel(source, tally, `/proc/${pid}`) : (before ?? unread)
    this.#living.set(key, now)
    return now
  }

  endPass(): void {
    this.#pass += 1
    this.#found = this.#living
    this.#living = new Map()
  }
}

const isWriting = (wait: Reading<string> | undefined): boolean =>
  wait?.kind === 'known' && wait.value.endsWith('pipe_write')

/** Without privilege `wchan` reads `0`: a denial dressed as a value. fs/proc/base.c, proc_pid_wchan */
export function waitChannel(source: ProcSource, tally: Tally, directory: string): Reading<string> {
  const read = source.read(`${directory}/wchan`)
  const name = read.kind === 'known' ? known(read.value.toString('utf8', 0, read.value.length)) : read
  return tally.count('wchan', name.kind === 'known' && (name.value === '0' || name.value === '') ? denied : name)
}
