import { openSync } from 'node:fs'
import { BadInput } from '../sources/bad-input.ts'

/** Never over a file that is there: it may be the only record of an incident. Readable by its owner only. */
export function createFile(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'EEXIST') throw new BadInput(`${path} is there already; give another name, or remove it first`)
    throw new BadInput(`${path} cannot be written (${code}); give a file in a directory that you may write to`)
  }
}
