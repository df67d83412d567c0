import type { Settings } from '../config.ts'
import { printable } from '../outputs/text/printable.ts'
import type { Screen } from './command.ts'

type Level = Settings['logLevel']
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error']

type Details = Readonly<Record<string, unknown>>
type Write = (message: string, details?: Details, time?: string) => void

/** `time` is when it happened, where that is not now: ISO 8601, UTC. */
export type Log = Readonly<Record<Level, Write>>

/** One line for each thing said: text for people, or one JSON object for the programs that collect logs. */
export function createLog(
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
  { stderr }: { readonly stderr: Screen },
): Log {
  const render = renderers[logFormat]
  const writerOf =
    (level: Level): Write =>
    (message, details = {}, time = new Date().toISOString()) => {
      if (levels.indexOf(level) >= levels.indexOf(logLevel)) stderr.write(`${render(level, time, message, details)}\n`)
    }
  return { debug: writerOf('debug'), info: writerOf('info'), warn: writerOf('warn'), error: writerOf('error') }
}

const renderers: Readonly<
  Record<Settings['logFormat'], (level: Level, time: string, message: string, details: Details) => string>
> = {
  // The message says what a person needs; of the details only a failure is more.
  text: (level, time, message, { failure }) =>
    `${time} ${level.padEnd(5)} ${printable(message)}${failure === undefined ? '' : `: ${printable(String(failure))}`}`,
  json: (level, time, message, details) => escaped(JSON.stringify({ time, level, msg: message, ...details })),
}

/** JSON leaves some characters as they are that a terminal would obey, and a log may end up on one. */
const escaped = (json: string): string =>
  json.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )

/** A failure as a log line shows it. */
export const failureOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
