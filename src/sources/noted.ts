import { denied } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'

/** The longest path that is noted; of a longer one, its beginning. */
const LONGEST = 255

/**
 * What is being read now, in memory that another thread can see: a thread that hangs in the kernel can't be asked. How
 * many readings were begun, the length of the path, and its characters.
 */
export class ReadingNote {
  readonly memory: SharedArrayBuffer
  readonly #begun: Uint32Array
  readonly #path: Uint16Array

  constructor(memory = new SharedArrayBuffer(4 + 2 + 2 * LONGEST + 2)) {
    this.memory = memory
    this.#begun = new Uint32Array(memory, 0, 1)
    this.#path = new Uint16Array(memory, 4)
  }

  /** Before each reading, so some 30 times for each process: a loop over few characters, and nothing is allocated. */
  begin(path: string): void {
    const length = Math.min(path.length, LONGEST)
    const noted = this.#path
    noted[0] = length
    for (let at = 0; at < length; at += 1) noted[at + 1] = path.charCodeAt(at)
    this.#begun[0] = (this.#begun[0] as number) + 1
  }

  begun(): number {
    return this.#begun[0] as number
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
  const begins = (path: string): boolean => {
    if (isLeftAlone(path)) return false
    note.begin(path)
    return true
  }
  return {
    kind: source.kind,
    begin: () => source.begin(),
    list: (path) => (begins(path) ? source.list(path) : denied),
    read: (path) => (begins(path) ? source.read(path) : denied),
    readWhole: (path, limitBytes) => (begins(path) ? source.readWhole(path, limitBytes) : denied),
    link: (path) => (begins(path) ? source.link(path) : denied),
    facts: (path) => (begins(path) ? source.facts(path) : denied),
  }
}
