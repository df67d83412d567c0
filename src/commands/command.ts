import type { Settings } from '../config.ts'
import type { Terminal } from './terminal.ts'

/** The world outside, as a command meets it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Screen
  readonly stderr: Screen
  /** Aborts when the person or the system asks us to end. Until somebody calls it, a signal ends the program at once. */
  untilStopped(): AbortSignal
  /** The terminal that a person sits at; `undefined`: output or input is none, or one without a cursor. */
  terminal(): Terminal | undefined
  /** The script of the thread that reads the node for who looks once; `undefined`: it is read in this one. */
  readonly lookScript?: URL
  /** From then on SIGHUP acts so; until then, and for all other commands, it ends the program. */
  onHangup(act: () => void): void
  /** From then on it goes on when nobody reads what it says: a log that cannot be written is lost. */
  outliveReaders(): void
}

/** A stream that may be a terminal. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface Input {
  readonly settings: Settings
  /** What stands behind the command's name; `undefined`: nothing. */
  readonly argument: string | undefined
  readonly io: Io
}

/** One row of the table of commands. */
export interface Command {
  readonly name: string
  /** `[query]` may be left out, `<file>` must be given. */
  readonly argument?: { readonly form: string; readonly help: string }
  /** One line for `--help`. */
  readonly title: string
  /** What else `--help` says of it, in lines. */
  readonly notes?: string
  /** Returns the exit code: 0, or 1 for `verdicts`. Throws a BadInput for what makes it 2. */
  run(input: Input): Promise<number>
}
