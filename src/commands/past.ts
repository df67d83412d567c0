import { accessSync, constants, statSync } from 'node:fs'
import { timeForms, timeOf } from '../core/snapshot/time-of.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import type { Gap } from '../journal/gap.ts'
import { beginningOf, snapshotAt } from '../journal/look-back.ts'
import { strangersIn } from '../journal/segment-files.ts'
import { printable } from '../outputs/text/printable.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Io } from './command.ts'

/** The node as the journal knows it at that time; what it could not say goes to stderr. Throws a BadInput. */
export async function recall(settings: Settings, at: string, io: Io): Promise<Snapshot> {
  const { from, source } = settings
  if (from !== undefined || source === 'ps')
    throw new BadInput(
      '--at looks into a journal, or a file that record --from-journal made of one; other recordings and --source ps have no past; leave one of them out',
    )
  const directory = journalOf(settings, '--at')
  const nowMs = Date.now()
  const atMs = timeGiven('--at', at, nowMs)
  if (atMs > nowMs) throw new BadInput(`--at: ${iso(atMs)} has not come yet; leave --at out to see the node as it is`)
  const { snapshot, beginsAtMs, gaps } = await snapshotAt(directory, atMs)
  for (const gap of gaps) {
    const moment =
      gap.kind === 'flawed' ? '' : `: this is the last moment ${gap.untilMs === undefined ? 'that is known' : 'before'}`
    io.stderr.write(`shimscope: ${sentenceOf(gap)}${moment}\n`)
  }
  if (snapshot !== undefined) {
    // A blank names the moment itself.
    if (!gaps.some(({ kind }) => kind === 'blank')) tellOlder(snapshot, atMs, io)
    return snapshot
  }
  throw new BadInput(
    beginsAtMs === undefined || beginsAtMs <= atMs
      ? `nothing in the journal ${directory} can be read for ${iso(atMs)}; shimscope events --since ${iso(beginsAtMs ?? atMs)} shows what can be`
      : `the journal ${directory} begins at ${iso(beginsAtMs)}, and ${iso(atMs)} is before that; give a later time`,
  )
}

/** Nobody shall take a moment for another one, however close they are. */
function tellOlder({ takenAt }: Snapshot, atMs: number, { stderr }: Io): void {
  if (Date.parse(takenAt) < atMs)
    stderr.write(`shimscope: this is the node at ${takenAt}, the last look that is known before ${iso(atMs)}\n`)
}

/** What a file from a journal shows at its end, or at `--at`. Throws a BadInput. */
export function recallFrom({ head, moments, gaps }: Excerpt, { from, at }: Settings, io: Io): Snapshot {
  for (const gap of gaps) io.stderr.write(`shimscope: in ${from}, ${printable(gap)}\n`)
  const times = moments.map(({ takenAtMs }) => takenAtMs)
  const [begunMs, endedMs] = [Math.min(...times), Math.max(...times)]
  // In it, the latest 03:12 is the one before its end.
  const atMs = at === undefined ? endedMs : timeGiven('--at', at, Date.parse(head.until))
  const moment = at === undefined ? moments.at(-1) : moments.findLast(({ takenAtMs }) => takenAtMs <= atMs)
  if (moment !== undefined && atMs <= Date.parse(head.until)) {
    tellOlder(moment.snapshot, atMs, io)
    return moment.snapshot
  }
  throw new BadInput(
    `${from} is of the time from ${iso(begunMs)} to ${iso(endedMs)}, and ${iso(atMs)} is not in it; give a time that is`,
  )
}

/** The directory that was given, if a journal is in it. Throws a BadInput that says what is there instead. */
export function journalOf({ journalDirectory: directory }: Settings, asker: string): string {
  if (directory === undefined)
    throw new BadInput(
      `${asker} reads a journal: give --journal.directory DIR, the one that shimscope serve --journal.directory DIR writes`,
    )
  try {
    if (!statSync(directory).isDirectory()) throw new BadInput(`--journal.directory: ${directory} is no directory`)
    accessSync(directory, constants.R_OK | constants.X_OK)
    if (beginningOf(directory) !== undefined) return directory
    const strangers = strangersIn(directory)
    const there = strangers.slice(0, 3).map(printable).join(', ')
    throw new BadInput(
      `--journal.directory: ${directory} holds no journal of shimscope that can be read; there is ${strangers.length === 0 ? 'nothing else either' : `${there}${strangers.length > 3 ? ` and ${strangers.length - 3} more` : ''} instead`}`,
    )
  } catch (error) {
    if (error instanceof BadInput) throw error
    throw new BadInput(
      `--journal.directory: ${directory} cannot be read (${(error as NodeJS.ErrnoException).code}); give the directory of a journal, and read it as the user who wrote it or as root`,
    )
  }
}

/** In ms since 1970. Throws a BadInput. */
export function timeGiven(where: string, given: string, nowMs: number): number {
  const ms = timeOf(given, nowMs)
  if (ms === undefined) throw new BadInput(`${where}: ${JSON.stringify(given)} is no time; give ${timeForms}`)
  return ms
}

/** A gap as a person should read it. */
export function sentenceOf(gap: Gap): string {
  switch (gap.kind) {
    case 'blank':
      return blankSentence(gap.why, iso(gap.fromMs), gap.untilMs === undefined ? undefined : iso(gap.untilMs))
    case 'flawed':
      return gap.flaw.kind === 'torn'
        ? `${gap.path} ends with a torn record: its last ${gap.flaw.bytes} bytes are left out`
        : `${gap.path} is damaged: its last ${gap.flaw.bytes} bytes are left out; what follows is in the next file`
  }
}

function blankSentence(why: 'unwatched' | 'damaged', from: string, until: string | undefined): string {
  switch (why) {
    case 'unwatched':
      return until === undefined ? `nothing is written after ${from}` : `nobody looked between ${from} and ${until}`
    case 'damaged':
      return until === undefined
        ? `nothing can be read of the time after ${from}`
        : `nothing can be read of the time between ${from} and ${until}`
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString()
