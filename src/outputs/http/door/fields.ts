import { type Document, parseDocument } from 'yaml'

/** A web configuration that cannot be used; the message is one sentence without its end, and says where and why. */
export class BrokenWebConfig extends Error {
  override readonly name = 'BrokenWebConfig'

  constructor(message: string) {
    // What somebody wrote into a file reaches a terminal and a log: nothing in it may steer them.
    super(message.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`))
  }
}

/** The mapping that a file in YAML is. Throws a BrokenWebConfig. */
export function fieldsOf(text: string, known: readonly string[]): Fields {
  const document = parseDocument(text, { uniqueKeys: true, stringKeys: true, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length
    throw new BrokenWebConfig(`line ${line} is no YAML: ${error.message.split('\n', 1)[0]}`)
  }
  return new Fields(valueOf(document), '', known)
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 })
  } catch (error) {
    // Aliases of aliases, and those that lead nowhere.
    if (error instanceof ReferenceError) throw new BrokenWebConfig(`its aliases cannot be followed (${error.message})`)
    throw error
  }
}

/** A name as a message shows it. */
export const named = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name))

/** A mapping of a configuration, whose fields are taken one by one; the names are those of the file, for the messages. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #where: string

  /** Throws a BrokenWebConfig when it is no mapping, or has a field that is not `known`. */
  constructor(value: unknown, where: string, known?: readonly string[]) {
    if (value !== null && value !== undefined && (typeof value !== 'object' || Array.isArray(value)))
      throw new BrokenWebConfig(`${where === '' ? 'it' : where} is no mapping`)
    this.#values = (value ?? {}) as Record<string, unknown>
    this.#where = where === '' ? '' : `${where}.`
    const unknown = known === undefined ? undefined : Object.keys(this.#values).find((name) => !known.includes(name))
    if (unknown !== undefined)
      throw new BrokenWebConfig(`${this.#where}${named(unknown)} is not known; there are ${known?.join(', ')}`)
  }

  get names(): readonly string[] {
    return Object.keys(this.#values)
  }

  /** The text of a field; `undefined` when it is left out or empty, as Go takes it. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    throw new BrokenWebConfig(`${this.#where}${name} is no text`)
  }

  oneOf<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name)
    return text === undefined ? fallback : this.#choice(name, text, choices)
  }

  listOf<const T extends string>(name: string, choices: readonly T[]): readonly T[] {
    return this.texts(name).map((text) => this.#choice(name, text, choices))
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name]
    if (value === undefined || value === null) return []
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    throw new BrokenWebConfig(`${this.#where}${name} is no list of texts`)
  }

  truth(name: string, fallback: boolean): boolean {
    const value = this.#values[name] ?? fallback
    if (typeof value === 'boolean') return value
    throw new BrokenWebConfig(`${this.#where}${name} is neither true nor false`)
  }

  count(name: string): number {
    const value = this.#values[name] ?? 0
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new BrokenWebConfig(`${this.#where}${name} is no whole number from 0 up`)
  }

  /** In ms, of a duration as Go writes it, such as 1s, 250ms or 1m30s; `0` may stand alone. */
  durationMs(name: string): number {
    const value = this.#values[name] ?? 0
    if (value === 0 || value === '0') return 0
    const text = typeof value === 'string' ? value : ''
    if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text))
      throw new BrokenWebConfig(`${this.#where}${name} is no duration such as 1s or 250ms`)
    const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
    return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
      0,
    )
  }

  part(name: string, known?: readonly string[]): Fields {
    return new Fields(this.#values[name], `${this.#where}${name}`, known)
  }

  #choice<const T extends string>(name: string, text: string, choices: readonly T[]): T {
    const choice = choices.find((candidate) => candidate === text)
    if (choice !== undefined) return choice
    throw new BrokenWebConfig(`${this.#where}${name}: ${JSON.stringify(text)} is none of ${choices.join(', ')}`)
  }
}
