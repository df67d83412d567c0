import type { NodeEvent } from '../../../core/model/event.ts'
import type { Snapshot } from '../../../core/model/snapshot.ts'
import { tellStories } from '../../../core/stories/tell.ts'
import { columns } from '../columns.ts'
import { renderAge } from '../duration.ts'
import { span, type Tone } from '../line.ts'
import { subjectName } from '../names.ts'
import { printable } from '../printable.ts'
import { worstFirst } from '../verdicts.ts'
import { type Row, wordsOf } from './row.ts'

/** What is wrong, the worst first, a line each. */
export function verdictRows(snapshot: Snapshot): readonly Row[] {
  const verdicts = worstFirst(snapshot.verdicts)
  const heads = columns(
    verdicts.map((verdict) => [
      verdict.severity,
      printable(verdict.code),
      verdict.status,
      renderAge(Date.parse(snapshot.takenAt) - Date.parse(verdict.since)),
      subjectName(verdict.subject),
      '',
    ]),
  )
  return verdicts.map((verdict, index) => ({
    id: `verdict ${verdict.key}`,
    spans: [span(heads[index] ?? '', verdict.severity), span('  '), span(printable(verdict.summary))],
    words: () => wordsOf(verdict),
    branch: 'leaf',
    about: { kind: 'verdict', verdict },
  }))
}

/** What happened, the latest on top: there it is seen as it comes in. */
export function eventRows(events: readonly NodeEvent[]): readonly Row[] {
  const width = Math.max(0, ...events.map(({ type }) => type.length))
  const storyOf = new Map(
    tellStories(events).flatMap((told) =>
      told.kind === 'story' ? told.story.members.map((member) => [member.event, told.story] as const) : [],
    ),
  )
  let seq = 0
  let nth = 0
  return events
    .map((event): Row => {
      const { at, type, summary } = event
      nth = event.seq === seq ? nth + 1 : 0
      seq = event.seq
      return {
        id: `event ${at} ${seq} ${nth}`,
        spans: [
          // UTC, as everywhere.
          span(`${at.slice(11, 19)}Z  `, 'dim'),
          span(type.padEnd(width + 2), toneOf(event)),
          span(printable(summary)),
        ],
        words: () => wordsOf(event),
        branch: 'leaf',
        about: { kind: 'event', event, story: storyOf.get(event) },
      }
    })
    .reverse()
}

function toneOf({ type }: NodeEvent): Tone {
  switch (type) {
    case 'verdict-raised':
    case 'shim-orphaned':
    case 'daemon-stopped':
      return 'warning'
    case 'verdict-cleared':
    case 'shim-adopted':
      return 'good'
    case 'daemon-started':
    case 'daemon-restarted':
    case 'shim-appeared':
    case 'shim-gone':
    case 'container-created':
    case 'container-started':
    case 'container-paused':
    case 'container-resumed':
    case 'container-exited':
      return 'info'
  }
}
