import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { BadInput } from '../sources/bad-input.ts'
import type { Io } from './command.ts'

/** Where a recording goes. */
export interface RecordedFile {
  /** As a person is told of it. */
  readonly name: string
  /** Throws a BadInput. */
  write(text: string): void
  close(): void
  /** Closes it, and takes it away: half a recording is none. */
  discard(): void
}

/** A file that is not there yet, readable by its owner only; or `-`, the standard output. Throws a BadInput. */
export function createFile(path: string, { stdout }: Pick<Io, 'stdout'>): RecordedFile {
  if (path === '-') {
    return { name: 'the standard output', write: (text) => stdout.write(text), close() {}, discard() {} }
  }
  const file = create(path)
  return {
    name: path,
    write(text) {
      try {
        writeFileSync(file, text)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw new BadInput(`${path} cannot be written (${code}); give a file where there is room for it`)
      }
    },
    close: () => closeSync(file),
    discard() {
      closeSync(file)
      unlinkSync(path)
    },
  }
}

/** Never over a file that is there: it may be the only record of an incident. */
function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'EEXIST') throw new BadInput(`${path} is there already; give another name, or remove it first`)
    throw new BadInput(`${path} cannot be written (${code}); give a file in a directory that you may write to`)
  }
}
