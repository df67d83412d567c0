import type { Settings } from '../config.ts'
import type { Screen } from './command.ts'

type Level = Settings['logLevel']
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error']

export type Log = Readonly<Record<Level, (message: string, details?: Readonly<Record<string, unknown>>) => void>>

/** One JSON object a line, as pino writes them, for the programs that collect logs. */
export function createLog(least: Level, { stderr }: { readonly stderr: Screen }): Log {
  const writerOf =
    (level: Level) =>
    (message: string, details: Readonly<Record<string, unknown>> = {}) => {
      if (levels.indexOf(level) < levels.indexOf(least)) return
      stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg: message, ...details })}\n`)
    }
  return { debug: writerOf('debug'), info: writerOf('info'), warn: writerOf('warn'), error: writerOf('error') }
}

/** A failure as a log line shows it. */
export const failureOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
