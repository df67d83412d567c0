import type { NodeEvent } from '../../../core/model/event.ts'
import { byId, element, flash, sync } from './dom.ts'

/** The latest first. */
export function showEvents(events: readonly NodeEvent[]): void {
  byId('no-events').hidden = events.length > 0
  sync(
    byId('events'),
    events.toReversed(),
    ({ seq, type, subject, summary }) => `${seq}|${type}|${subject.key ?? ''}|${summary}`,
    ({ at, type, summary }) => {
      const time = element('time', { datetime: at, title: at }, new Date(at).toLocaleTimeString([], { hour12: false }))
      const item = element('li', {}, time, element('span', { class: 'quiet' }, type), element('span', {}, summary))
      flash(item)
      return item
    },
    () => {},
  )
}
