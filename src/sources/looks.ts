import type { Read, Remembered } from './collect-processes.ts'

/** The processes of one pass, in the order of their pids: those that were read, and those that were taken for granted. */
export class Looks {
  readonly #found: (Remembered | undefined)[] = []
  readonly #isGranted: boolean[] = []
  #grants = 0
  /** Pids whose process ended, or is another one now: whoever has such a parent has another. */
  readonly #lost = new Set<number>()
  /** Parents of those that are new, or have a new parent. */
  readonly #parents = new Set<number>()
  #unreadable = 0

  /** Processes that are there and could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  lost(pid: number): void {
    this.#lost.add(pid)
  }

  granted(known: Remembered): void {
    this.#found.push(known)
    this.#isGranted.push(true)
    this.#grants += 1
  }

  add(pid: number, read: Read, before: Remembered | undefined): void {
    this.#found.push(undefined)
    this.#isGranted.push(false)
    this.#set(this.#found.length - 1, pid, read, before)
  }

  /** Reads those again that were taken for granted and that something speaks against. */
  resolve(readAgain: (known: Remembered) => Read): void {
    if (this.#grants === 0) return
    let seen = 0
    while (this.#parents.size > 0 || this.#lost.size > seen) {
      const parents = [...this.#parents]
      this.#parents.clear()
      for (const pid of parents) this.#check(this.#indexOf(pid), readAgain)
      if (this.#lost.size === seen) continue
      seen = this.#lost.size
      this.#found.forEach((found, index) => {
        if (found !== undefined && this.#lost.has(found.process.ppid)) this.#check(index, readAgain)
      })
    }
  }

  remembered(): readonly Remembered[] {
    return this.#found.every((found) => found !== undefined)
      ? (this.#found as Remembered[])
      : this.#found.filter((found) => found !== undefined)
  }

  #check(index: number, readAgain: (known: Remembered) => Read): void {
    const known = this.#found[index]
    if (known === undefined || this.#isGranted[index] !== true) return
    this.#isGranted[index] = false
    this.#set(index, known.pid, readAgain(known), known)
  }

  #set(index: number, pid: number, read: Read, before: Remembered | undefined): void {
    if (read === 'unreadable') this.#unreadable += 1
    this.#found[index] = typeof read === 'string' ? undefined : read
    const isSameProcess = typeof read !== 'string' && before?.process.key === read.process.key
    if (before !== undefined && !isSameProcess) this.#lost.add(pid)
    if (typeof read !== 'string' && !(isSameProcess && before?.process.ppid === read.process.ppid)) {
      this.#parents.add(read.process.ppid)
    }
  }

  #indexOf(pid: number): number {
    let low = 0
    let high = this.#found.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#pidAt(middle) < pid) low = middle + 1
      else high = middle
    }
    return this.#found[low]?.pid === pid ? low : -1
  }

  /** Of the next that was found, where one was not. */
  #pidAt(index: number): number {
    for (let at = index; at < this.#found.length; at += 1) {
      const found = this.#found[at]
      if (found !== undefined) return found.pid
    }
    return Number.POSITIVE_INFINITY
  }
}
