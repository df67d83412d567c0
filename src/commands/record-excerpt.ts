import type { Settings } from '../config.ts'
import { ExcerptWriter } from '../journal/excerpt-writer.ts'
import type { Gap } from '../journal/gap.ts'
import { beginningOf, snapshotAt, type Told, toldBetween } from '../journal/look-back.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Io } from './command.ts'
import { createFile } from './recorded-file.ts'
import { iso, journalOf, sentenceOf, timeGiven } from './past.ts'
import { redactedSnapshot } from './redacted.ts'
import { version } from './version.ts'

interface Span {
  readonly aroundMs: number
  readonly fromMs: number
  readonly untilMs: number
}

/** Writes what the journal tells of a time into one file. Throws a BadInput; there is no such file then. */
export async function recordExcerpt(settings: Settings, path: string, io: Io): Promise<void> {
  const directory = journalOf(settings, '--from-journal')
  const span = spanOf(settings, Date.now())
  refuseBefore(directory, span)
  const told = toldBetween(directory, span.fromMs, span.untilMs)
  // A file is made only when there is something for it.
  const { first, gaps } = await firstMoment(told)
  if (first === undefined) throw new BadInput(await nothingThere(directory, span, gaps))
  const file = createFile(path, io)
  const writer = new ExcerptWriter()
  const { node } = first.snapshot
  const tell = (told: Told): void => {
    if ('moment' in told) {
      const { snapshot, events } = told.moment
      file.write(writer.moment({ snapshot: redactedSnapshot(snapshot, settings.redaction), events }))
    } else {
      io.stderr.write(`shimscope: ${sentenceOf(told.gap)}\n`)
      file.write(writer.gap(sentenceOf(told.gap)))
    }
  }
  try {
    const [around, from, until] = [span.aroundMs, span.fromMs, span.untilMs].map(iso) as [string, string, string]
    file.write(writer.begin({ node, around, from, until, by: `shimscope ${version()}` }))
    for (const gap of gaps) tell({ gap })
    tell({ moment: first })
    for await (const next of told) tell(next)
    file.write(writer.end())
  } catch (error) {
    file.discard()
    throw error
  }
  file.close()
  const { moments, events } = writer
  io.stderr.write(
    `${moments} moments of ${node} with ${events} events in ${file.name}. It holds names of pods, paths and evidence, as they were redacted when they were seen: read it before you give it away.\n`,
  )
}

function spanOf({ around, beforeMs, afterMs }: Settings, nowMs: number): Span {
  if (around === undefined)
    throw new BadInput('--from-journal needs --around TIME: the moment that the file is about, such as --around 03:12')
  const aroundMs = timeGiven('--around', around, nowMs)
  if (aroundMs > nowMs) throw new BadInput(`--around: ${iso(aroundMs)} has not come yet; give a time that has`)
  return { aroundMs, fromMs: aroundMs - beforeMs, untilMs: Math.min(aroundMs + afterMs, nowMs) }
}

function refuseBefore(directory: string, { aroundMs }: Span): void {
  const beginsAtMs = beginningOf(directory) ?? 0
  if (aroundMs < beginsAtMs)
    throw new BadInput(
      `the journal ${directory} begins at ${iso(beginsAtMs)}, and ${iso(aroundMs)} is before that; give a later time`,
    )
}

async function firstMoment(told: AsyncGenerator<Told>) {
  const gaps: Gap[] = []
  for (;;) {
    const { value, done } = await told.next()
    if (done === true) return { first: undefined, gaps }
    if ('moment' in value) return { first: value.moment, gaps }
    gaps.push(value.gap)
  }
}

/** What is there instead. */
async function nothingThere(directory: string, { aroundMs, fromMs, untilMs }: Span, flaws: readonly Gap[]) {
  const { gaps } = await snapshotAt(directory, aroundMs)
  const said = [...new Set([...flaws, ...gaps].map(sentenceOf))].join('; ')
  return `the journal ${directory} has nothing from ${iso(fromMs)} to ${iso(untilMs)}${said === '' ? '' : `: ${said}`}; give another --around`
}
