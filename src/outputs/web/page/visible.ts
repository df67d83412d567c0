import { unprintable, writtenOut } from '../../../core/procfs/unprintable.ts'

/** A stretch of text as it is, or a character that a reader would not see, written out. */
export interface Piece {
  readonly text: string
  readonly escaped: boolean
}

/**
 * Text that a process or a file wrote, in pieces that are safe to show: a browser obeys or hides some characters, markup
 * or not. Joined they are one line.
 */
export function visiblePieces(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let shown = 0
  for (const { 0: character, index } of text.matchAll(unprintable)) {
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
