import type { Settings } from '../config.ts'
import { eventsBetween, type PastEvent } from '../journal/look-back.ts'
import { attributesOf } from '../outputs/log/attributes.ts'
import { renderEvent } from '../outputs/text/events.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command } from './command.ts'
import { journalOf, sentenceOf, timeGiven } from './past.ts'

export const events: Command = {
  name: 'events',
  title: 'what happened on this node, from the journal, oldest first',
  async run({ settings, io }) {
    const directory = journalOf(settings, 'events')
    const nowMs = Date.now()
    const sinceMs = timeGiven('--since', settings.since, nowMs)
    const untilMs = settings.until === undefined ? nowMs : timeGiven('--until', settings.until, nowMs)
    if (untilMs < sinceMs) throw new BadInput('--until is before --since; give them the other way round')
    const gapFound = (gap: Parameters<typeof sentenceOf>[0]) => io.stderr.write(`shimscope: ${sentenceOf(gap)}\n`)
    for await (const past of eventsBetween(directory, sinceMs, untilMs, gapFound)) {
      if (!isAsked(past, settings)) continue
      io.stdout.write(settings.json === true ? `${JSON.stringify(past.event)}\n` : `${renderEvent(past.event)}\n`)
    }
    return 0
  },
}

function isAsked({ event, snapshots }: PastEvent, { code, pod }: Settings): boolean {
  // An event of a verdict begins with its code.
  if (code !== undefined && !(event.type.startsWith('verdict-') && event.summary.startsWith(`${code} `))) return false
  if (pod === undefined) return true
  const about = attributesOf(event.subject, snapshots)
  const name = about['k8s.pod.name']
  return [name, about['k8s.pod.uid'], `${about['k8s.namespace.name']}/${name}`].includes(pod)
}
