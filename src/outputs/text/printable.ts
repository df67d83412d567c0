/**
 * What a terminal would obey rather than show: C0 and C1 controls, DEL, what turns the direction of text around
 * (CVE-2021-42574) or cannot be seen, line and paragraph separators, halves of surrogate pairs.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text that a process or a file wrote, made safe for a terminal and for one line. */
export const printable = (text: string): string => text.replace(unprintable, escapeCharacter)

function escapeCharacter(character: string): string {
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

/** An id as people say it: twelve characters tell hexadecimal ids apart; others are names and stay whole. */
export const shortId = (id: string): string => printable(/^[0-9a-f]{32,}$/.test(id) ? id.slice(0, 12) : id)
