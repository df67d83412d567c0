import { type EventType, eventTypes } from '../../core/model/event.ts'
import { printable } from './printable.ts'

/** What is told on one line: an event, or the head of a story. */
export interface Headline {
  readonly at: string
  readonly type: string
  readonly summary: string
}

/** One line: when, what, and about whom. */
export const renderEvent = ({ at, type, summary }: Headline): string =>
  `${at}  ${type.padEnd(width)}  ${printable(summary)}`

const width = Math.max(...eventTypes.map((type: EventType) => type.length))
