import type { ProcessSample } from '../core/model/process.ts'
import { denied, known, type Reading, unread } from '../core/model/reading.ts'
import type { Attention } from './attention.ts'
import type { ProcSource } from './proc-source.ts'
import { isTurn } from './rhythm.ts'
import type { Tally } from './tally.ts'

/**
 * What the first process of a container waits for: one more file of each container, asked only now and then. Whoever
 * sleeps may wait for its output to be read; those that were found to write into a pipe are asked again whenever they are
 * looked at, and of the others stands what was found last.
 */
export function rootWait(
  source: ProcSource,
  tally: Tally,
  { pid, state }: ProcessSample,
  before: Reading<string>,
  attention: Attention,
): Reading<string> {
  if (state !== 'S' && state !== 'R') return unread
  const isAsked = state === 'S' && isTurn(pid, attention.rhythm.waits, attention)
  return isAsked || isWriting(before) ? waitChannel(source, tally, `/proc/${pid}`) : before
}

const isWriting = (wait: Reading<string>): boolean => wait.kind === 'known' && wait.value.endsWith('pipe_write')

/** Without privilege `wchan` reads `0`: a denial dressed as a value. fs/proc/base.c, proc_pid_wchan */
export function waitChannel(source: ProcSource, tally: Tally, directory: string): Reading<string> {
  const read = source.read(`${directory}/wchan`)
  const name = read.kind === 'known' ? known(read.value.toString('utf8', 0, read.value.length)) : read
  return tally.count('wchan', name.kind === 'known' && (name.value === '0' || name.value === '') ? denied : name)
}
