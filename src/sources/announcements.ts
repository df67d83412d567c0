import type { ProcessEvent } from '../core/procfs/process-event.ts'

/** Of more than these a list of all processes tells as much, and costs less. */
const MOST = 65_536

/**
 * Pids, in order and each once, of all processes that began, became another program, took another name, led another session
 * or ended; `undefined`: not of all is known who they are.
 */
export type Announced = Int32Array | undefined

/** Keeps whom the kernel has told of until a pass asks for them. */
export class Announcements {
  readonly #pids = new Set<number>()
  /** Nobody knows what was before the first of them. */
  #areWhole = false

  hear(event: ProcessEvent): void {
    if (!this.#areWhole || event.what === 'ack' || event.what === 'other' || event.thread !== event.pid) return
    this.#pids.add(event.pid)
    if (this.#pids.size > MOST) this.miss()
  }

  /** Some were not heard: until they are asked for the next time it is no use to keep any. */
  miss(): void {
    this.#areWhole = false
    this.#pids.clear()
  }

  /** Of whom was told since this was asked last. */
  take(): Announced {
    const taken = this.#areWhole ? Int32Array.from(this.#pids).sort() : undefined
    this.#pids.clear()
    this.#areWhole = true
    return taken
  }
}
