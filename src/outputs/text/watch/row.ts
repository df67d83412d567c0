import type { NodeEvent } from '../../../core/model/event.ts'
import type { Story } from '../../../core/model/story.ts'
import type { Subject } from '../draw.ts'
import type { Span } from '../line.ts'

/** One line of a pane. */
export interface Row {
  /** Stays the same while the thing lives. */
  readonly id: string
  readonly spans: readonly Span[]
  /** What a search looks at, in lower case: also what the line is too short for. */
  words(): string
  readonly branch: 'open' | 'folded' | 'leaf'
  readonly about:
    | Subject
    | { readonly kind: 'event'; readonly event: NodeEvent; readonly story: Story | undefined }
    | undefined
}

export const holds = (row: Pick<Row, 'words'>, text: string): boolean => row.words().includes(text.toLowerCase())

/** Every text and number in a value, for searching. */
export function wordsOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.values(value).map(wordsOf).join('\n')
  return value === null || value === undefined ? '' : String(value).toLowerCase()
}
