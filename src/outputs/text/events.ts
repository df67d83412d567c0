import type { NodeEvent } from '../../core/model/event.ts'
import { columns } from './columns.ts'
import { subjectName } from './names.ts'
import { printable } from './printable.ts'

/** What happened, oldest first, one line each. */
export function renderEvents(events: readonly NodeEvent[]): string {
  if (events.length === 0) return 'No events yet.\n'
  const rows = events.map(({ at, type, subject, summary }) => [at, type, subjectName(subject), printable(summary)])
  return `${columns([['AT', 'TYPE', 'SUBJECT', 'SUMMARY'], ...rows]).join('\n')}\n`
}
