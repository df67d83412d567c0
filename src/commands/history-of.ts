import type { Settings } from '../config.ts'
import { toldIn } from '../journal/excerpt-history.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import type { Gap } from '../journal/gap.ts'
import { beginningOf, eventsBetween, type PastFact } from '../journal/look-back.ts'
import { printable } from '../outputs/text/printable.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Io } from './command.ts'
import { iso, journalOf, sentenceOf, timeGiven } from './past.ts'
import { playedOf } from './played.ts'

/** Where a journal is read from unless `--since` is given. */
const LATELY_MS = 60 * 60_000

/** What happened from one time to another. */
export interface History {
  readonly sinceMs: number
  readonly untilMs: number
  readonly facts: AsyncIterable<PastFact> | Iterable<PastFact>
}

/**
 * What happened from `--since` to `--until`, by the journal or by a file of it; what these could not say goes to stderr.
 * Throws a BadInput.
 */
export async function historyOf(settings: Settings, io: Io): Promise<History> {
  if (settings.from === undefined) return fromJournal(settings, io)
  const played = await playedOf(settings)
  if (played?.kind === 'excerpt') return fromExcerpt(played.excerpt, settings, io)
  throw new BadInput(
    `${settings.from} is a recording of what was read, and holds no events: shimscope watch --from ${settings.from} concludes and shows them; give a file that shimscope record --from-journal wrote`,
  )
}

function fromJournal(settings: Settings, io: Io): History {
  const directory = journalOf(settings, 'events')
  const nowMs = Date.now()
  const stretch = stretchOf(settings, nowMs, { sinceMs: nowMs - LATELY_MS, untilMs: nowMs })
  const [sinceMs, untilMs] = [stretch.sinceMs, Math.min(stretch.untilMs, nowMs)]
  const beginsAtMs = beginningOf(directory) ?? sinceMs
  if (untilMs < beginsAtMs)
    throw new BadInput(
      `--until: the journal ${directory} begins at ${iso(beginsAtMs)}, and ${iso(untilMs)} is before that; give a later time`,
    )
  if (settings.since !== undefined) tellBeginning('the journal', beginsAtMs, sinceMs, io)
  const gapFound = (gap: Gap) => io.stderr.write(`shimscope: ${sentenceOf(gap)}\n`)
  return {
    sinceMs: Math.max(sinceMs, beginsAtMs),
    untilMs,
    facts: eventsBetween(directory, sinceMs, untilMs, gapFound),
  }
}

function fromExcerpt(excerpt: Excerpt, settings: Settings, io: Io): History {
  const { from } = settings
  const times = excerpt.moments.map(({ takenAtMs }) => takenAtMs)
  const [begunMs, endedMs] = [Math.min(...times), Math.max(...times)]
  // What is ago is so before its end, and the latest 03:12 is the one before that.
  const whole = { sinceMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY }
  const { sinceMs, untilMs } = stretchOf(settings, Date.parse(excerpt.head.until), whole)
  if (sinceMs > endedMs || untilMs < begunMs)
    throw new BadInput(
      `${from} is of the time from ${iso(begunMs)} to ${iso(endedMs)}, and nothing of what was asked for is in it; give a time that is`,
    )
  if (settings.since !== undefined) tellBeginning(`${from}`, begunMs, sinceMs, io)
  for (const gap of excerpt.gaps) io.stderr.write(`shimscope: in ${from}, ${printable(gap)}\n`)
  return {
    sinceMs: Math.max(sinceMs, begunMs),
    untilMs: Math.min(untilMs, endedMs),
    facts: toldIn(excerpt, sinceMs, untilMs),
  }
}

/** Nobody shall take what is not known for what did not happen. */
function tellBeginning(named: string, beginsAtMs: number, sinceMs: number, { stderr }: Io): void {
  if (sinceMs < beginsAtMs)
    stderr.write(`shimscope: ${named} begins at ${iso(beginsAtMs)}: nothing is known of what happened before\n`)
}

type Stretch = Pick<History, 'sinceMs' | 'untilMs'>

function stretchOf({ since, until }: Settings, nowMs: number, unlessGiven: Stretch): Stretch {
  const sinceMs = since === undefined ? unlessGiven.sinceMs : timeGiven('--since', since, nowMs)
  const untilMs = until === undefined ? unlessGiven.untilMs : timeGiven('--until', until, nowMs)
  if (untilMs >= sinceMs) return { sinceMs, untilMs }
  if (until === undefined) throw new BadInput(`--since: ${iso(sinceMs)} has not come yet; give a time that has`)
  throw new BadInput(
    since === undefined
      ? `--until ${iso(untilMs)} is before the last hour, which is shown unless --since is given; give --since too`
      : '--until is before --since; give them the other way round',
  )
}
