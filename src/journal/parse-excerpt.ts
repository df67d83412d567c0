import type { CollectionName, NodeEvent } from '../core/model/event.ts'
import type { Pass } from '../core/model/snapshot.ts'
import { DamagedExcerpt, type Fields, fieldsOf, instantForm, isInstant, parseLine, quoted } from './damaged-excerpt.ts'
import {
  collectionOf,
  type ElementName,
  elementNames,
  type Excerpt,
  type ExcerptHead,
  excerptFormat,
  excerptVersion,
  type ExcerptLines,
  type ExcerptMoment,
} from './excerpt.ts'
import { type Keyed, OpenMoment, ToldRun } from './open-moment.ts'

/** The parts of an excerpt whose form is the same wherever they are shown. */
export type PartName = ElementName | 'event' | 'pass'

/** What is wrong with such a part, in a few words; `undefined`: nothing. */
export type FaultIn = (part: PartName, value: unknown) => string | undefined

/** Whether a file claims to be an excerpt: a recording of what was read begins with a story or a moment. */
export const isExcerpt = (bytes: Uint8Array): boolean => bytes[0] === '{'.charCodeAt(0)

/** Reads what an `ExcerptWriter` wrote, or a person corrected. Throws a DamagedExcerpt. */
export function parseExcerpt(bytes: Uint8Array, faultIn: FaultIn): Excerpt {
  const [first = '', ...rest] = linesOf(bytes)
  const head = headOf(first)
  const reader = new ExcerptReader(faultIn)
  for (const [index, text] of rest.entries()) reader.take(parseLine(text, index + 2), index + 2)
  return { head, ...reader.finish(rest.length + 2) }
}

function linesOf(bytes: Uint8Array): string[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new DamagedExcerpt(1, 'the file is not UTF-8 text')
  }
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new DamagedExcerpt(lines.length + 1, 'it ends in the middle, the file was cut off')
  return lines
}

function headOf(text: string): ExcerptHead {
  const head = parseLine(text, 1)
  const { format, version, node, around, from, until, by } = head
  if (format !== excerptFormat)
    throw new DamagedExcerpt(1, `it should begin with {"format":"${excerptFormat}","version":${excerptVersion}`)
  if (version !== excerptVersion)
    throw new DamagedExcerpt(
      1,
      `its version is ${quoted(version)}, and this shimscope reads version ${excerptVersion}: take one as new as the file`,
    )
  if (typeof node !== 'string' || typeof by !== 'string') throw new DamagedExcerpt(1, 'node and by should be texts')
  if (![around, from, until].every(isInstant))
    throw new DamagedExcerpt(1, `each of around, from and until should be ${instantForm}`)
  return head as unknown as ExcerptHead
}

/** Takes one line after the other. */
class ExcerptReader {
  readonly #faultIn: FaultIn
  readonly #moments: ExcerptMoment[] = []
  readonly #gaps: string[] = []
  #events = 0
  #run: ToldRun | undefined
  #open: OpenMoment | undefined
  #ended = false

  constructor(faultIn: FaultIn) {
    this.#faultIn = faultIn
  }

  take(fact: Fields, line: number): void {
    if (this.#ended) throw new DamagedExcerpt(line, 'nothing may stand behind the end')
    const [kind = '', ...others] = Object.keys(fact)
    if (others.length > 0) throw new DamagedExcerpt(line, `it tells of ${quoted(kind)} and more: one line, one fact`)
    const told = fact[kind]
    const name = collectionOf(kind)
    if (name === undefined) this.#takeOther(kind as keyof ExcerptLines, told, line)
    else this.#put(name, told, line)
  }

  finish(line: number): Pick<Excerpt, 'moments' | 'gaps'> {
    if (!this.#ended) throw new DamagedExcerpt(line, 'the end should stand here, the file was cut off')
    return { moments: this.#moments, gaps: this.#gaps }
  }

  #takeOther(kind: keyof ExcerptLines, told: unknown, line: number): void {
    switch (kind) {
      case 'run':
        this.#begin(told, line)
        break
      case 'moment':
        this.#openMoment(told, line)
        break
      case 'changed': {
        const { name, key } = this.#named(told, line)
        const fields = fieldsOf(fieldsOf(told, line)['fields'], line)
        this.#put(name, this.#moment(line).patched(name, key, fields, line), line)
        break
      }
      case 'gone': {
        const { name, key } = this.#named(told, line)
        this.#moment(line).remove(name, key, line)
        break
      }
      case 'event':
        this.#events += 1
        this.#moment(line).happen(this.#checked<NodeEvent>('event', told, line))
        break
      case 'gap':
        if (typeof told !== 'string') throw new DamagedExcerpt(line, 'a gap should be a sentence')
        this.#gaps.push(told)
        break
      case 'end':
        this.#end(told, line)
        break
      default:
        throw new DamagedExcerpt(line, `${quoted(kind)} is nothing that an excerpt tells`)
    }
  }

  #begin(told: unknown, line: number): void {
    this.#closeMoment()
    const { run, node, bootId } = fieldsOf(told, line)
    if (typeof run !== 'string' || run === '' || typeof node !== 'string' || typeof bootId !== 'string')
      throw new DamagedExcerpt(line, 'a run should have a run, a node and a bootId')
    this.#run = new ToldRun({ run, node, bootId })
  }

  #openMoment(told: unknown, line: number): void {
    this.#closeMoment()
    if (this.#run === undefined) throw new DamagedExcerpt(line, 'a run should begin before its first moment')
    const { takenAt, seq, pass } = fieldsOf(told, line)
    if (!isInstant(takenAt)) throw new DamagedExcerpt(line, `takenAt should be ${instantForm}`)
    if (!isCount(seq)) throw new DamagedExcerpt(line, 'seq should be a whole number')
    const { source, ...rest } = this.#checked<Pass>('pass', pass, line)
    // Whoever it was live for: to us it is a recording.
    const played: Pass = { source: source === 'live' ? 'archive' : source, ...rest }
    this.#open = new OpenMoment(this.#run, { takenAt, seq, pass: played }, line)
  }

  #put(name: CollectionName, told: unknown, line: number): void {
    this.#moment(line).put(name, this.#checked<Keyed>(elementNames[name], told, line), line)
  }

  #end(told: unknown, line: number): void {
    this.#closeMoment()
    const { moments, events } = fieldsOf(told, line)
    const [found, happened] = [this.#moments.length, this.#events]
    if (found === 0) throw new DamagedExcerpt(line, 'it ends without a moment')
    if (moments !== found || events !== happened)
      throw new DamagedExcerpt(
        line,
        `it speaks of ${quoted(moments)} moments and ${quoted(events)} events, and there are ${found} and ${happened}`,
      )
    this.#ended = true
  }

  #closeMoment(): void {
    if (this.#open !== undefined) this.#moments.push(this.#open.close())
    this.#open = undefined
  }

  #moment(line: number): OpenMoment {
    if (this.#open === undefined) throw new DamagedExcerpt(line, 'a moment should begin before what belongs to it')
    return this.#open
  }

  /** Which element is spoken of, as in `{"shim":"9075@900"}`. */
  #named(told: unknown, line: number): { readonly name: CollectionName; readonly key: string } {
    for (const [field, key] of Object.entries(fieldsOf(told, line))) {
      const name = collectionOf(field)
      if (name !== undefined && typeof key === 'string') return { name, key }
    }
    throw new DamagedExcerpt(line, `it should name a ${Object.values(elementNames).join(', a ')} by its key`)
  }

  #checked<T>(part: PartName, value: unknown, line: number): T {
    const fault = this.#faultIn(part, value)
    if (fault !== undefined) throw new DamagedExcerpt(line, `of this ${part} ${fault}`)
    return value as T
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
