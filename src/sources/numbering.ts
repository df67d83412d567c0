import type { ProcessEvent } from '../core/procfs/process-event.ts'

/** The kernel numbers the events of each processor: whoever sees all numbers has seen all events. cn_proc.c, send_msg */
export class Numbering {
  readonly #last = new Map<number, number>()
  #lost = 0

  /** Events that were missing between others; those before the first of a processor nobody can count. */
  get lost(): number {
    return this.#lost
  }

  /** @returns whether some are missing between this one and the one before it. */
  skippedBefore({ cpu, seq }: Pick<ProcessEvent, 'cpu' | 'seq'>): boolean {
    const last = this.#last.get(cpu)
    this.#last.set(cpu, seq)
    const skipped = last === undefined ? 0 : (seq - last - 1) >>> 0
    this.#lost += skipped
    return skipped > 0
  }
}
