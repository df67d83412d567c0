import type { Worker } from 'node:worker_threads'
import type { ReadingNote } from '../sources/noted.ts'

/** A reading that does not return: the kernel holds the thread that asked. */
export class HungReading extends Error {
  override readonly name = 'HungReading'
}

/** So many hang that no further thread is risked until one of them returns. */
export class TooManyHang extends Error {
  override readonly name = 'TooManyHang'
}

/**
 * Looks without progress that make a reading hang, and those that make the work between two readings endless. Counted, not
 * timed: whoever was stopped, or slept, missed both.
 */
const LOOKS = { reading: 5, work: 60 }

/** So long must a reading last at least; a /proc file is made within a millisecond. */
const PATIENCE_MS = 5_000

/**
 * Calls once, when a reading goes on for five intervals and 5 s at least; or when none was begun for twelve times as long,
 * which no work takes but that of a thread that is out of memory and does not notice. The result ends the watch.
 */
export function watchReading(note: ReadingNote, intervalMs: number, hangs: () => void): () => void {
  let progress = note.progress()
  let looks = 0
  const timer = setInterval(
    () => {
      looks = note.progress() === progress ? looks + 1 : 0
      progress = note.progress()
      if (looks < LOOKS[note.isReading() ? 'reading' : 'work']) return
      clearInterval(timer)
      hangs()
    },
    Math.max(PATIENCE_MS / LOOKS.reading, intervalMs),
  )
  timer.unref()
  return () => clearInterval(timer)
}

/**
 * Threads that hang in the kernel. Node can't end them: `terminate` waits for the system call to return, and so does the
 * end of the process, unless a signal ends it. https://nodejs.org/api/worker_threads.html#workerterminate
 */
export const abandoned = new Set<Worker>()

const MOST_ABANDONED = 4

/** Resolves when it has ended after all. */
export async function abandon(worker: Worker): Promise<void> {
  abandoned.add(worker)
  worker.unref()
  await worker.terminate().catch(() => {})
  abandoned.delete(worker)
}

export const maySpareAnother = (): boolean => abandoned.size < MOST_ABANDONED

const FIRST_MS = 60_000
const LONGEST_MS = 3_600_000

/** What hung is left alone for a minute, and each time it hangs again for twice as long, up to an hour. */
export class LeftAlone {
  readonly #until = new Map<string, { readonly forMs: number; readonly untilMs: number }>()

  add(place: string): number {
    const forMs = Math.min(2 * (this.#until.get(place)?.forMs ?? FIRST_MS / 2), LONGEST_MS)
    this.#until.set(place, { forMs, untilMs: performance.now() + forMs })
    return forMs
  }

  now(): ReadonlySet<string> {
    const nowMs = performance.now()
    return new Set([...this.#until].filter(([, { untilMs }]) => untilMs > nowMs).map(([place]) => place))
  }
}
