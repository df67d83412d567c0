import type { Process } from '../core/model/snapshot.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import { type Asked, type PassOptions, type PassOutcome, PassRunner } from './pass-runner.ts'

/** Where passes are made: in this thread, or in a worker that leaves this one to its clients. */
export interface Passes {
  next(asked: Asked): Promise<PassOutcome | false>
  /** `undefined`: what is looked at does not tell. */
  processes(): Promise<readonly Process[] | undefined>
  close(): Promise<void>
}

export function passesHere(source: ProcSource, options: PassOptions): Passes {
  const runner = new PassRunner(source, options)
  return {
    next: (asked) => runner.next(asked),
    processes: async () => runner.processes(),
    close: async () => {},
  }
}
