import type { EventType, NodeEvent } from '../../../core/model/event.ts'
import { lookAt } from './look-back.ts'
import type { Reboot } from './past-answers.ts'
import { events, pastMs, show, view } from './state.ts'
import { Text } from './text.tsx'
import { rowIdOf } from './verdict-wording.ts'
import { journal, rebootsUntil } from './timeline.ts'
import type { Tone } from './wording.ts'

/** So many are drawn; the page keeps some more, the agent too. */
const most = 100

/** What happened, the latest first. */
export function Timeline() {
  const shown = inOrder(events.value, rebootsUntil.value).slice(-most).reverse()
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{pastMs.value === undefined ? 'What happened' : 'What had happened by then'}</h2>
      {view.value?.current !== undefined && shown.length === 0 && <p class="quiet">{nothing()}</p>}
      <ol reversed>
        {shown.map((one) =>
          'seq' in one ? (
            <Happened key={`${one.seq}|${one.type}|${one.subject.key ?? ''}|${one.summary}`} event={one} />
          ) : (
            <Rebooted key={one.id} reboot={one} />
          ),
        )}
      </ol>
      {journal.value?.kept === false && (
        <p class="quiet">
          To look back at earlier moments, start the agent with <code>--journal.directory DIR</code>.
        </p>
      )}
    </section>
  )
}

/** A reboot comes before what the first look after it told. */
function inOrder(happened: readonly NodeEvent[], reboots: readonly Reboot[]): readonly (NodeEvent | Reboot)[] {
  const all: (NodeEvent | Reboot)[] = [...happened]
  for (const reboot of reboots) {
    const after = all.findIndex((one) => Date.parse('seq' in one ? one.at : one.until) >= Date.parse(reboot.until))
    all.splice(after < 0 ? all.length : after, 0, reboot)
  }
  return all
}

function Rebooted({ reboot: { until, summary } }: { reboot: Reboot }) {
  return (
    <li>
      <Moment at={until} />
      <span class="sign critical" aria-hidden="true">
        ↻
      </span>
      <span>
        <span class="quiet">node-rebooted </span>
        <Text of={summary} />
      </span>
    </li>
  )
}

const nothing = (): string =>
  pastMs.value === undefined ? 'Nothing has happened since the agent started.' : 'The journal has nothing from before.'

function Happened({ event: { at, type, subject, summary } }: { event: NodeEvent }) {
  const row = rowIdOf(subject)
  const { sign, tone } = marks[type]
  return (
    <li>
      <Moment at={at} />
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

function Moment({ at }: { at: string }) {
  const time = (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleTimeString([], { hour12: false })}
    </time>
  )
  if (journal.value?.kept !== true) return time
  return (
    <button
      type="button"
      class="plain"
      title="See the node as it was at this moment"
      onClick={() => lookAt(Date.parse(at))}
    >
      {time}
    </button>
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
