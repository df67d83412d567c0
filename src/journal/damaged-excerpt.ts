/** An excerpt that cannot be understood: which line, and what is wrong with it. The message is a sentence without a full stop. */
export class DamagedExcerpt extends Error {
  override readonly name = 'DamagedExcerpt'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number, wrong: string) {
    super(`line ${line} of the excerpt: ${wrong}; record it again, or correct that line by hand`)
    this.line = line
  }
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

export function parseLine(text: string, line: number): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new DamagedExcerpt(line, 'it is not JSON')
  }
  return fieldsOf(value, line)
}

export function fieldsOf(value: unknown, line: number): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DamagedExcerpt(line, 'an object in braces should stand here')
  return value as Fields
}

/** Only the one form that we write. */
export const isInstant = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value))

export const instantForm = 'a time such as 2026-11-21T03:12:00.000Z'

/** Of what stands in the file, no more than a few words. */
export const quoted = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
