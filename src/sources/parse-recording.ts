import { isUtf8 } from 'node:buffer'
import { constants } from 'node:os'
import type { FileFacts } from '../core/model/process.ts'
import type { Archive, Entry } from './archive.ts'
import { BadInput } from './bad-input.ts'
import type { Recording } from './recording.ts'
import { endMark, unescapeBytes, unescapeText } from './recording-escape.ts'

/** A recording that cannot be understood: which line, what is wrong with it, and what to do. */
export class DamagedRecording extends BadInput {
  override readonly name: string = 'DamagedRecording'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number, wrong: string) {
    super(`line ${line} of the recording: ${wrong}; record it again, or correct that line by hand`)
    this.line = line
  }
}

interface OpenMoment extends Archive {
  readonly entries: Map<string, Entry>
  readonly listings: Map<string, readonly string[] | { readonly errno: string }>
  readonly facts: Map<string, FileFacts | { readonly errno: string }>
}

/** Reads what `formatRecording` wrote, or a person. Throws a DamagedRecording. */
export function parseRecording(bytes: Uint8Array): Recording {
  const lines = linesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const storyEnd = lines.findIndex((line) => line !== '' && !line.startsWith('#'))
  const first = storyEnd === -1 ? lines.length : storyEnd
  const moments: OpenMoment[] = []
  let at = first
  while (at < lines.length) {
    let end = at + 1
    while (end < lines.length && !isHeader(lines[end] ?? '')) end += 1
    readSection(moments, lines.slice(at, end), at)
    at = end
  }
  if (moments.length === 0)
    throw new DamagedRecording(lines.length + 1, `it ends without a moment, which looks like ${momentForm}`)
  return { story: parseStory(lines.slice(0, first)), moments }
}

const momentForm = '`== 2026-09-01T03:12:00.000Z ==`'
const headerForm = '`-- /proc/1/stat --`, with `-> target`, `!ERRNO` or `facts …` before the last dashes'

const isHeader = (line: string): boolean => line.startsWith('-- ') || line.startsWith('== ')

function linesOf(bytes: Buffer): readonly string[] {
  if (bytes.length === 0) throw new DamagedRecording(1, 'the file is empty')
  const lines = bytes.toString('utf8').split('\n')
  if (!isUtf8(bytes)) {
    const broken = lines.findIndex((line) => line.includes('\ufffd'))
    throw new DamagedRecording(broken + 1, 'it is not UTF-8 text')
  }
  if (lines.pop() !== '') throw new DamagedRecording(lines.length + 1, 'it ends in the middle, the file was cut off')
  const carriageReturn = lines.findIndex((line) => line.endsWith('\r'))
  if (carriageReturn !== -1) {
    throw new DamagedRecording(carriageReturn + 1, 'it ends with a carriage return, something converted the line ends')
  }
  return lines
}

function parseStory(lines: readonly string[]): string {
  return lines
    .flatMap((line, at) => (line === '' ? [] : [atLine(at, () => unescapeText(line.replace(/^# ?/, '')))]))
    .join('\n')
}

function readSection(moments: OpenMoment[], lines: readonly string[], at: number): void {
  const [header = '', ...content] = lines
  const moment = moments.at(-1)
  if (header.startsWith('== ')) {
    refuseContent(content, at)
    moments.push(openMoment(header, at))
  } else if (moment === undefined) {
    throw new DamagedRecording(at + 1, `the first moment should stand here, it looks like ${momentForm}`)
  } else {
    readPath(moment, header, content, at)
  }
}

function openMoment(line: string, at: number): OpenMoment {
  const [, instant = '', hidepid] = /^== (\S+)( hidepid)? ==$/.exec(line) ?? []
  const takenAtMs = parseInstant(instant)
  if (takenAtMs === undefined) throw new DamagedRecording(at + 1, `a moment looks like ${momentForm}`)
  return {
    takenAtMs,
    ...(hidepid !== undefined && { mayHide: true }),
    entries: new Map(),
    listings: new Map(),
    facts: new Map(),
  }
}

function readPath(moment: OpenMoment, header: string, content: readonly string[], at: number): void {
  const [, written = '', told] = /^-- (\S+)(?: (.*))? --$/.exec(header) ?? []
  const listed = written.length > 1 && written.endsWith('/')
  const path = atLine(at, () => unescapeText(listed ? written.slice(0, -1) : written))
  if (!path.startsWith('/')) throw new DamagedRecording(at + 1, `a header looks like ${headerForm}`)

  if (told === undefined) {
    if (listed) put(moment.listings, path, parseNames(content, at + 1), at)
    else put(moment.entries, path, { kind: 'file', bytes: parseContent(content, at + 1) }, at)
    return
  }
  refuseContent(content, at)
  if (listed) {
    put(moment.listings, path, { errno: parseErrno(told, at) }, at)
  } else if (told.startsWith('-> ')) {
    put(moment.entries, path, { kind: 'link', target: atLine(at, () => unescapeText(told.slice('-> '.length))) }, at)
  } else if (told.startsWith('facts ')) {
    put(moment.facts, path, parseFacts(told.slice('facts '.length), at), at)
  } else {
    put(moment.entries, path, { kind: 'error', errno: parseErrno(told, at) }, at)
  }
}

/** Below a header that says everything itself, blank lines may set things apart, and nothing else may stand. */
function refuseContent(content: readonly string[], at: number): void {
  const unexpected = content.findIndex((line) => line !== '')
  if (unexpected !== -1) throw new DamagedRecording(at + 2 + unexpected, 'no content may stand below such a header')
}

function put<T>(map: Map<string, T>, path: string, value: T, at: number): void {
  if (map.has(path)) throw new DamagedRecording(at + 1, 'this moment has told the same of this path before')
  map.set(path, value)
}

const parseNames = (lines: readonly string[], at: number): readonly string[] =>
  lines.map((name, index) => atLine(at + index, () => unescapeText(name)))

function parseContent(lines: readonly string[], at: number): Buffer {
  if (lines.length === 0) return Buffer.alloc(0)
  const text = lines.join('\n')
  const body = text.endsWith(endMark) ? text.slice(0, -endMark.length) : `${text}\n`
  try {
    return unescapeBytes(body)
  } catch {
    for (const [index, line] of body.split('\n').entries()) atLine(at + index, () => unescapeBytes(line))
    throw new DamagedRecording(at + 1, 'its escapes cannot be understood')
  }
}

function parseFacts(told: string, at: number): FileFacts | { readonly errno: string } {
  if (told.startsWith('!')) return { errno: parseErrno(told, at) }
  const [, inode, nlink, instant] = /^inode=(\d{1,20}) nlink=(\d{1,20}) changed=(\S+)$/.exec(told) ?? []
  const changedMs = parseInstant(instant ?? '')
  if (changedMs === undefined) {
    throw new DamagedRecording(at + 1, 'facts look like `inode=4711 nlink=0 changed=2026-09-01T03:12:00.000Z`')
  }
  return { inode: Number(inode), nlink: Number(nlink), changedMs }
}

function parseErrno(told: string, at: number): string {
  const errno = told.slice(1)
  if (!told.startsWith('!') || !Object.hasOwn(constants.errno, errno)) {
    throw new DamagedRecording(at + 1, 'what was denied or failed looks like `!EACCES`, by a name that errno(3) knows')
  }
  return errno
}

function parseInstant(text: string): number | undefined {
  const ms = /^[\d.e+-]+ms$/.test(text) ? Number(text.slice(0, -'ms'.length)) : parseDate(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** Only the one form that we write: `Date.parse` alone would take almost anything. */
const parseDate = (text: string): number =>
  /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN

function atLine<T>(at: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DamagedRecording(at + 1, error.message)
  }
}
