/**
 * What a screen would obey or hide rather than show, in what processes and files wrote: C0 and C1 controls, DEL, what
 * turns the direction of text around (CVE-2021-42574) or cannot be seen, line and paragraph separators, halves of
 * surrogate pairs.
 */
export const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Such a character as a programmer would write it: `\n`, `\x1b`, `\u{202e}`. */
export function writtenOut(character: string): string {
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
