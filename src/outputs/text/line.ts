import stringWidth from 'string-width'

/** How a piece of text is meant; colour shows it only where it is wanted. */
export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'info' | 'warning' | 'critical'

/** A piece of a line. Its text must be printable. */
export interface Span {
  readonly text: string
  readonly tone: Tone
}

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone })

/** How text is to be shown: `width` in columns, `null` for no limit. */
export interface Style {
  readonly color: boolean
  readonly width: number | null
  readonly charset: 'utf8' | 'ascii'
}

/** Select Graphic Rendition. ECMA-48, 8.3.117 */
const codes: Readonly<Record<Exclude<Tone, 'plain'>, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  info: '36',
  warning: '33',
  critical: '1;31',
}

export const paint = (text: string, tone: Tone, style: Style): string =>
  style.color && tone !== 'plain' && text !== '' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text

/** One line, cut to the width of the style; a cut line ends with an ellipsis. */
export function renderLine(spans: readonly Span[], style: Style): string {
  const cut = style.width === null ? spans : fit(spans, style.width, style.charset === 'utf8' ? '…' : '...')
  return cut.map(({ text, tone }) => paint(text, tone, style)).join('')
}

function fit(spans: readonly Span[], width: number, ellipsis: string): readonly Span[] {
  const kept: Span[] = []
  let left = width
  for (const [index, { text, tone }] of spans.entries()) {
    const isLast = index === spans.length - 1
    // A column shows at least one code unit but for what has no width: measuring more than this finds nothing.
    const needed = text.length > 16 * left + 64 ? left + 1 : stringWidth(text)
    if (needed > left || (!isLast && needed === left && spans.slice(index + 1).some((later) => later.text !== ''))) {
      const room = left - ellipsis.length
      kept.push({ text: room < 0 ? '' : cutTo(text, room) + ellipsis, tone })
      return kept
    }
    kept.push({ text, tone })
    left -= needed
  }
  return kept
}

const segmenter = new Intl.Segmenter()

/** The longest start of a text that is at most so wide; characters that belong together stay together. */
export function cutTo(text: string, width: number): string {
  let cut = ''
  let left = width
  for (const { segment } of segmenter.segment(text.slice(0, 16 * width + 64))) {
    left -= stringWidth(segment)
    if (left < 0) break
    cut += segment
  }
  return cut
}

/** Words over as many lines as they need. A word that is wider than a line stays whole. */
export function wrap(text: string, width: number | null): readonly string[] {
  if (width === null) return [text]
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of text.split(' ')) {
    const wide = stringWidth(word)
    if (line !== '' && used + 1 + wide > width) {
      lines.push(line)
      line = word
      used = wide
    } else {
      used += wide + (line === '' ? 0 : 1)
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
