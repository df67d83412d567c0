/** A stretch of text as it is, or a character that a reader would not see, written out. */
export interface Piece {
  readonly text: string
  readonly escaped: boolean
}

/**
 * Controls, what turns the direction of text around (CVE-2021-42574) or cannot be seen, separators of lines and
 * paragraphs, halves of surrogate pairs. A browser obeys or hides them, markup or not.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text that a process or a file wrote, in pieces that are safe to show. Joined they are one line. */
export function visiblePieces(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let shown = 0
  for (const { 0: character, index } of text.matchAll(invisible)) {
    if (index > shown) pieces.push({ text: text.slice(shown, index), escaped: false })
    pieces.push({ text: writtenOut(character), escaped: true })
    shown = index + character.length
  }
  if (shown < text.length) pieces.push({ text: text.slice(shown), escaped: false })
  return pieces
}

/** The same as one string, for attributes and the clipboard. */
export const visible = (text: string): string =>
  visiblePieces(text)
    .map((piece) => piece.text)
    .join('')

function writtenOut(character: string): string {
  switch (character) {
    case '\n':
      return '\\n'
    case '\t':
      return '\\t'
    case '\r':
      return '\\r'
  }
  const code = character.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
