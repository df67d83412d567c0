import { type EventType, eventTypes, type NodeEvent } from '../../core/model/event.ts'
import { printable } from './printable.ts'

/** One line: when, what, and about whom. */
export const renderEvent = ({ at, type, summary }: NodeEvent): string =>
  `${at}  ${type.padEnd(width)}  ${printable(summary)}`

const width = Math.max(...eventTypes.map((type: EventType) => type.length))
