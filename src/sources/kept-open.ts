import { closeSync, readFileSync } from 'node:fs'

/** More than these would be a node of some eighty thousand processes. */
const MOST = 8_192
/**
 * Of what a process may open at all. The rest is for its clients, for what is opened for a moment, and for the threads
 * before this one: of those that hang in the kernel some are given up, and keep what they have open.
 */
const SHARE = 1 / 8
/** Of this process: where the node's procfs is mounted does not matter. */
const OWN_LIMITS = '/proc/self/limits'
/** Where no limit is known: POSIX's usual one. getrlimit(2) */
const USUAL = 1_024

/**
 * Files that are read in every pass and stay open: to read one again costs half of opening, reading and closing it. A
 * descriptor of a process's file is of that process for ever: once it has gone every reading fails with ESRCH, and never
 * tells of another with its pid. proc(5)
 */
export class KeptOpen {
  readonly #files = new Map<string, { readonly fd: number; usedInPass: number }>()
  readonly #most: number
  #pass = 0
  #procfs: number | undefined

  constructor(most = mostHere()) {
    this.#most = most
  }

  /**
   * Begins a pass. Where the files are others by now everything is closed.
   * @param procfs where they are; `undefined`: in a directory whose files are files like any other, and none is kept
   */
  begin(procfs: number | undefined): void {
    if (procfs !== this.#procfs) for (const path of this.#files.keys()) this.drop(path)
    this.#procfs = procfs
    this.#pass += 1
  }

  /** Ends it: what it did not read is closed. */
  end(): void {
    for (const [path, { usedInPass }] of this.#files) if (usedInPass < this.#pass) this.drop(path)
  }

  /** The descriptor; `undefined`: it is to be opened. */
  of(path: string): number | undefined {
    const file = this.#files.get(path)
    if (file === undefined) return undefined
    file.usedInPass = this.#pass
    return file.fd
  }

  /** @returns whether it stays open; otherwise there are enough, and who opened it closes it. */
  keep(path: string, fd: number): boolean {
    if (this.#procfs === undefined || this.#files.size >= this.#most) return false
    this.#files.set(path, { fd, usedInPass: this.#pass })
    return true
  }

  drop(path: string): void {
    const file = this.#files.get(path)
    if (file === undefined) return
    this.#files.delete(path)
    closeSync(file.fd)
  }
}

/** Node has raised the soft limit to the hard one by now. src/node.cc, RaiseOpenFileLimit */
function mostHere(): number {
  return Math.floor(Math.min(MOST, openFilesLimit() * SHARE))
}

function openFilesLimit(): number {
  try {
    const [, limit] = /^Max open files\s+(\S+)/m.exec(readFileSync(OWN_LIMITS, 'latin1')) ?? []
    return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit ?? USUAL)
  } catch {
    return USUAL
  }
}
