import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Settings } from '../config.ts'
import { Journal, type JournalOutcome } from '../journal/journal.ts'
import { ImpossibleLock } from '../journal/lock.ts'
import { listSegments, strangersIn } from '../journal/segment-files.ts'
import { printable } from '../outputs/text/printable.ts'
import { BadInput } from '../sources/bad-input.ts'
import { failureOf, type Log } from './log.ts'

/** The journal that the settings ask for, if they do. Throws a BadInput for a directory that cannot become one. */
export async function journalTo(settings: Settings, log: Log): Promise<Journal | undefined> {
  const { journalDirectory: directory, journalMaxBytes: maxBytes, journalMaxAgeMs: maxAgeMs } = settings
  if (directory === undefined) return undefined
  const journal = new Journal({ directory, maxBytes, maxAgeMs, report: (outcome) => tell(outcome, directory, log) })
  try {
    // Whose pods run here is nobody else's business.
    makeDirectory(directory)
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    const [stranger] = strangersIn(directory)
    if (stranger !== undefined && listSegments(directory).length === 0)
      throw new BadInput(
        `--journal.directory: ${directory} is no journal, ${printable(stranger)} is in it; give an empty directory`,
      )
    await journal.open()
    return journal
  } catch (error) {
    if (error instanceof BadInput) throw error
    if (error instanceof ImpossibleLock) throw new BadInput(`--journal.directory: ${directory}: ${error.message}`)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BadInput(
      `--journal.directory: ${directory} cannot be used (${code}); give a directory that this user may write to`,
    )
  }
}

/** Step by step: Node's own `recursive` never returns below a procfs, where nothing can be made. */
function makeDirectory(path: string): void {
  if (isDirectory(path)) return
  makeDirectory(dirname(path))
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    // A second daemon may have been as fast.
    if (!isDirectory(path)) throw error
  }
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

function tell(outcome: JournalOutcome, directory: string, log: Log): void {
  const named = `the journal ${directory}`
  switch (outcome.kind) {
    case 'failing':
      log.error(`${named} cannot be written; it is tried again every 10 s`, {
        failure: (outcome.error as NodeJS.ErrnoException).code ?? failureOf(outcome.error),
      })
      break
    case 'writing-again': {
      const lost = outcome.lostEvents === 0 ? '' : `; ${outcome.lostEvents} events are not in it`
      log.info(`${named} is written again${lost}`)
      break
    }
    case 'held-by-another':
      log.warn(
        `${named} is written by another shimscope: this one goes on without, and takes it over when the other ends`,
      )
      break
    case 'flawed': {
      const { path, flaw } = outcome
      const ends = flaw.kind === 'torn' ? 'ends with a torn record' : 'is damaged'
      log.warn(`${path}, the last that was written of the journal, ${ends}: ${flaw.bytes} bytes at its end are dropped`)
      break
    }
  }
}
