import type { EventType, NodeEvent } from '../../../core/model/event.ts'
import { events, show, view } from './state.ts'
import { Text } from './text.tsx'
import { rowIdOf } from './verdict-wording.ts'
import type { Tone } from './wording.ts'

/** So many are drawn; the page keeps some more, the agent too. */
const most = 100

/** What happened, the latest first. */
export function Timeline() {
  const shown = events.value.slice(-most).reverse()
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">What happened</h2>
      {view.value?.current !== undefined && shown.length === 0 && (
        <p class="quiet">Nothing has happened since the agent started.</p>
      )}
      <ol reversed>
        {shown.map((event) => (
          <Happened key={`${event.seq}|${event.type}|${event.subject.key ?? ''}|${event.summary}`} event={event} />
        ))}
      </ol>
    </section>
  )
}

function Happened({ event: { at, type, subject, summary } }: { event: NodeEvent }) {
  const row = rowIdOf(subject)
  const { sign, tone } = marks[type]
  return (
    <li>
      <time dateTime={at} title={at}>
        {new Date(at).toLocaleTimeString([], { hour12: false })}
      </time>
      <span class={`sign ${tone}`} aria-hidden="true">
        {sign}
      </span>
      <span>
        <span class="quiet">{type} </span>
        {row === undefined ? (
          <Text of={summary} />
        ) : (
          <button type="button" class="link" onClick={() => show(row)}>
            <Text of={summary} />
          </button>
        )}
      </span>
    </li>
  )
}

const marks: Readonly<Record<EventType, { readonly sign: string; readonly tone: Tone }>> = {
  'daemon-started': { sign: '●', tone: 'good' },
  'daemon-stopped': { sign: '■', tone: 'critical' },
  'daemon-restarted': { sign: '↻', tone: 'warning' },
  'shim-appeared': { sign: '+', tone: 'quiet' },
  'shim-gone': { sign: '−', tone: 'quiet' },
  'shim-orphaned': { sign: '✖', tone: 'critical' },
  'shim-adopted': { sign: '●', tone: 'good' },
  'container-created': { sign: '○', tone: 'info' },
  'container-started': { sign: '●', tone: 'good' },
  'container-paused': { sign: '‖', tone: 'warning' },
  'container-resumed': { sign: '●', tone: 'good' },
  'container-exited': { sign: '■', tone: 'quiet' },
  'verdict-raised': { sign: '▲', tone: 'critical' },
  'verdict-cleared': { sign: '●', tone: 'good' },
}
