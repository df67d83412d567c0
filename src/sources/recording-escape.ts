import { isUtf8 } from 'node:buffer'

/** Stands for a NUL byte. */
export const nulMark = '␀'
/** Ends content that has no newline at its end. */
export const endMark = '␄'
/** `␛ff` is one byte, `␛ud800` half of a surrogate pair. */
export const escapeMark = '␛'

/**
 * What may not stand in a recording as it is: our own marks; control characters but tab (a terminal would obey them,
 * an editor or git might rewrite them); line separators; and format characters, which can reorder a line in review
 * (CVE-2021-42574) or hide in it.
 */
const unsafe = /[␀␄␛\p{Cf}\p{Zl}\p{Zp}]|(?!\t)\p{Cc}/gu
const unsafeOrBlank = /[␀␄␛\p{Cf}\s]|\p{Cc}/gu
const halfSurrogates = /\p{Cs}/gu
const escaped = /␛(?:([0-9a-f]{2})|u(d[89a-f][0-9a-f]{2}))/g

const byteEscape = (byte: number): string => escapeMark + byte.toString(16).padStart(2, '0')

/** Every byte of the character, escaped. */
function bytesEscape(character: string): string {
  return [...Buffer.from(character, 'utf8')].map(byteEscape).join('')
}

const escapeOne = (character: string): string => (character === '\0' ? nulMark : bytesEscape(character))

/** A line of content that begins like a header would be one. */
const escapeStart = (line: string): string =>
  line.startsWith('-- ') || line.startsWith('== ') ? byteEscape(line.charCodeAt(0)) + line.slice(1) : line

/** Escapes one line of text, without its newline. */
export const escapeLine = (text: string): string => escapeStart(escapeTarget(text))

/** Escapes a path so that it has no blank in it: what follows a blank in a header is never part of the path. */
export function escapePath(path: string): string {
  const text = escapeHalves(path.replace(unsafeOrBlank, escapeOne))
  // A slash at the end says that the header is about the directory's listing.
  return text.endsWith('/') ? text.slice(0, -1) + byteEscape(0x2f) : text
}

/** Escapes what stands between ` -> ` and the ` --` that ends a header: any text on one line. */
export const escapeTarget = (target: string): string => escapeHalves(target.replace(unsafe, escapeOne))

function escapeHalves(text: string): string {
  return text.replace(halfSurrogates, (half) => `${escapeMark}u${half.charCodeAt(0).toString(16)}`)
}

/** Undoes the escapes in a text. Throws a SyntaxError that says what is wrong. */
export function unescapeText(text: string): string {
  // Halves are put in last: joined too early, two of them would become one character that nobody wrote.
  return text
    .split(/(␛u[0-9a-f]{4})/)
    .map((part, index) => (index % 2 === 1 ? String.fromCharCode(halfOf(part)) : unescapeWellFormed(part)))
    .join('')
}

function halfOf(escape: string): number {
  const unit = Number.parseInt(escape.slice(2), 16)
  if (unit < 0xd800 || unit > 0xdfff) throw new SyntaxError(`${escape} is no half of a surrogate pair`)
  return unit
}

function unescapeWellFormed(text: string): string {
  const bytes = unescapeBytes(text)
  const decoded = bytes.toString('utf8')
  if (!Buffer.from(decoded, 'utf8').equals(bytes)) throw new SyntaxError('its escapes are not UTF-8')
  return decoded
}

/** Undoes the escapes in content: the bytes that the file held. Throws a SyntaxError that says what is wrong. */
export function unescapeBytes(text: string): Buffer {
  if (text.includes(endMark)) throw new SyntaxError(`${endMark} may stand only at the end of the last line`)
  if (!text.includes(escapeMark)) return Buffer.from(text.replaceAll(nulMark, '\0'), 'utf8')
  const parts: Buffer[] = []
  let end = 0
  for (const match of text.matchAll(escaped)) {
    if (match[1] === undefined) throw new SyntaxError(`${match[0]} cannot stand in the content of a file`)
    parts.push(plainBytes(text.slice(end, match.index)), Buffer.from([Number.parseInt(match[1], 16)]))
    end = match.index + match[0].length
  }
  parts.push(plainBytes(text.slice(end)))
  return Buffer.concat(parts)
}

function plainBytes(text: string): Buffer {
  if (text.includes(escapeMark)) throw new SyntaxError(`${escapeMark} must be followed by two hexadecimal digits`)
  return Buffer.from(text.replaceAll(nulMark, '\0'), 'utf8')
}

/** Content as lines of text, each ended by a newline. */
export function escapeContent(bytes: Buffer): string {
  if (bytes.length === 0) return ''
  const text = isUtf8(bytes) ? bytes.toString('utf8').split('\n').map(escapeLine).join('\n') : escapeForeign(bytes)
  return text.endsWith('\n') ? text : `${text}${endMark}\n`
}

/** Bytes that are not UTF-8 are escaped one by one, so that the rest stays readable. */
function escapeForeign(bytes: Buffer): string {
  const lines: string[] = []
  let start = 0
  while (start <= bytes.length) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    lines.push(escapeForeignLine(bytes.subarray(start, end)))
    start = end + 1
  }
  return lines.join('\n')
}

function escapeForeignLine(line: Buffer): string {
  if (isUtf8(line)) return escapeLine(line.toString('utf8'))
  let text = ''
  let start = 0
  while (start < line.length) {
    const length = [1, 2, 3, 4].find(
      (count) => start + count <= line.length && isUtf8(line.subarray(start, start + count)),
    )
    const piece = line.subarray(start, start + (length ?? 1))
    text += length === undefined ? byteEscape(piece[0] ?? 0) : piece.toString('utf8').replace(unsafe, escapeOne)
    start += piece.length
  }
  return escapeStart(text)
}
