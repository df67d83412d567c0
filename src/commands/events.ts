import type { Settings } from '../config.ts'
import type { NodeEvent } from '../core/model/event.ts'
import { presentStory } from '../core/stories/present.ts'
import { storyTeller } from '../core/stories/tell.ts'
import type { Told } from '../core/stories/told.ts'
import { verdictRules } from '../core/verdicts/index.ts'
import type { PastEvent } from '../journal/look-back.ts'
import { attributesOf } from '../outputs/log/attributes.ts'
import { renderEvent } from '../outputs/text/events.ts'
import { renderTold } from '../outputs/text/stories.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command, Io } from './command.ts'
import { historyOf } from './history-of.ts'
import { iso } from './past.ts'

export const events: Command = {
  name: 'events',
  title:
    'what happened on this node, from the journal or a file of it, oldest first; on a terminal, what belongs together is told together',
  async run({ settings, io }) {
    const form = formOf(settings, io)
    checkCode(settings)
    const { sinceMs, untilMs, facts } = await historyOf(settings, io)
    let silent = true
    const print = (line: string) => {
      silent = false
      io.stdout.write(`${line}\n`)
    }
    /** Of those that are not told yet. */
    const asked = new Set<NodeEvent>()
    const isTold = (told: Told): boolean =>
      told.kind === 'event'
        ? asked.delete(told.event)
        : told.story.members.filter(({ event }) => asked.delete(event)).length > 0 ||
          // That everything began anew is about everything.
          told.story.members.length === 0
    const tell = (all: readonly Told[]) => {
      for (const told of all.filter(isTold)) {
        const line = form.told?.(told)
        if (line !== undefined) print(line)
      }
    }

    const teller = storyTeller()
    for await (const past of facts) {
      if ('reboot' in past) {
        teller.rebooted(past.reboot)
        continue
      }
      const { event } = past
      const isWanted = isAsked(past, settings)
      if (isWanted && form.event !== undefined) print(form.event(event))
      if (form.told === undefined) continue
      if (isWanted) asked.add(event)
      teller.hear(event)
      tell(teller.settled())
    }
    tell(teller.rest())
    if (silent) io.stderr.write(`shimscope: ${nothing(settings)} from ${iso(sinceMs)} to ${iso(untilMs)}\n`)
    return 0
  },
}

const nothing = ({ code, pod }: Settings): string =>
  code === undefined && pod === undefined ? 'nothing is known to have happened' : 'nothing that was asked for is known'

function checkCode({ code }: Settings): void {
  if (code !== undefined && !verdictRules.some((rule) => rule.code === code))
    throw new BadInput(`--code: no verdict is called ${JSON.stringify(code)}; shimscope explain lists them all`)
}

/** How things are printed: each event as it is read, and each story or event in the order in which stories begin. */
interface Form {
  readonly event?: (event: NodeEvent) => string
  readonly told?: (told: Told) => string | undefined
}

function formOf({ json, flat, grouped }: Settings, { stdout }: Io): Form {
  if (flat === true && grouped === true)
    throw new BadInput('--flat shows events one by one, and --grouped shows them as stories; give one of them')
  if (json === true) {
    const event = (one: NodeEvent): string => JSON.stringify(one)
    if (flat === true) return { event }
    return {
      event,
      told: (told) =>
        told.kind === 'story' ? JSON.stringify({ type: 'story', ...presentStory(told.story) }) : undefined,
    }
  }
  const isGrouped = grouped === true || (flat !== true && stdout.isTTY === true)
  return isGrouped ? { told: renderTold } : { event: renderEvent }
}

function isAsked({ event, snapshots }: PastEvent, { code, pod }: Settings): boolean {
  // An event of a verdict begins with its code.
  if (code !== undefined && !(event.type.startsWith('verdict-') && event.summary.startsWith(`${code} `))) return false
  if (pod === undefined) return true
  const about = attributesOf(event.subject, snapshots)
  const name = about['k8s.pod.name']
  return [name, about['k8s.pod.uid'], `${about['k8s.namespace.name']}/${name}`].includes(pod)
}
