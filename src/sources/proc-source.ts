import type { FileFacts } from '../core/model/process.ts'
import type { Reading } from '../core/model/reading.ts'

/**
 * The port through which the world is read. Paths are canonical, as a person on the node would type them: they begin
 * with `/proc` or `/sys/fs/cgroup`, wherever those are mounted for this process. No method throws for what a file
 * system may answer; every answer is a Reading.
 */
export interface ProcSource {
  readonly kind: 'live' | 'archive' | 'ps'
  /** Begins a pass. `false`: there is no further moment (the end of a recording). */
  begin(): Promise<Moment | false>
  /** Ends it: what stayed open and was not read in it is closed. */
  end?(): void
  /** Names in a directory, in any order. */
  list(path: string): Reading<readonly string[]>
  /**
   * A file that the kernel makes in one piece (`stat`, `cgroup`, …). The bytes are valid until the next read.
   * @param isKept it is read in every pass, so that it may stay open from one to the next
   */
  read(path: string, isKept?: boolean): Reading<Buffer>
  /** A file that may take several reads, up to `limitBytes`; longer ones are malformed. Never follows a last link, never opens a fifo or a device. */
  readWhole(path: string, limitBytes: number): Reading<Buffer>
  link(path: string): Reading<string>
  facts(path: string): Reading<FileFacts>
}

export interface Moment {
  /** Wall clock. */
  readonly takenAtMs: number
  /** Processes may be kept from this reader without a trace: a directory that is not there proves nothing. */
  readonly mayHide: boolean
}

/** For `readWhole`: a table of mounts or sockets that is longer tells of a fault, and is not read. */
export const TABLE_BYTES = 64 * 1024 * 1024
