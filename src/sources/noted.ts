import { denied, type Reading } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'

/** The longest path that is noted; of a longer one, its beginning. */
const LONGEST = 255

/**
 * What is being read now, in memory that another thread can see: a thread that hangs in the kernel can't be asked. How
 * many readings were begun, and how many have ended; the length of the path, and its characters.
 */
export class ReadingNote {
  readonly memory: SharedArrayBuffer
  readonly #counts: Uint32Array
  readonly #path: Uint16Array

  constructor(memory = new SharedArrayBuffer(4 + 4 + 2 + 2 * LONGEST)) {
    this.memory = memory
    this.#counts = new Uint32Array(memory, 0, 2)
    this.#path = new Uint16Array(memory, 8)
  }

  /** Before each reading, so some 30 times for each process: a loop over few characters, and nothing is allocated. */
  begin(path: string): void {
    const length = Math.min(path.length, LONGEST)
    const noted = this.#path
    noted[0] = length
    for (let at = 0; at < length; at += 1) noted[at + 1] = path.charCodeAt(at)
    this.#counts[0] = (this.#counts[0] as number) + 1
  }

  /** What follows is no reading, and may take as long as its share of a CPU makes it. */
  end(): void {
    this.#counts[1] = this.#counts[0] as number
  }

  isReading(): boolean {
    return this.#counts[0] !== this.#counts[1]
  }

  /** It stands still while one reading goes on, and between two. */
  progress(): number {
    return (this.#counts[0] as number) + (this.#counts[1] as number)
  }

  path(): string {
    return String.fromCharCode(...this.#path.subarray(1, 1 + (this.#path[0] as number)))
  }
}

/** What is left alone with a path that did not answer: all of a process, since one lock is behind many of its files. */
export const surroundings = (path: string): string => /^\/proc\/\d+(?=\/)/.exec(path)?.[0] ?? path

/** A source whose readings are noted before they begin; what is to be left alone is denied, and not touched. */
export function noted(source: ProcSource, note: ReadingNote, leftAlone: ReadonlySet<string>): ProcSource {
  const isLeftAlone = (path: string): boolean => leftAlone.size > 0 && leftAlone.has(surroundings(path))
  const read = <T>(path: string, act: () => Reading<T>): Reading<T> => {
    if (isLeftAlone(path)) return denied
    note.begin(path)
    const reading = act()
    note.end()
    return reading
  }
  return {
    kind: source.kind,
    begin: () => source.begin(),
    end: () => source.end?.(),
    list: (path) => read(path, () => source.list(path)),
    read: (path, isKept) => read(path, () => source.read(path, isKept)),
    readWhole: (path, limitBytes) => read(path, () => source.readWhole(path, limitBytes)),
    link: (path) => read(path, () => source.link(path)),
    facts: (path) => read(path, () => source.facts(path)),
  }
}
