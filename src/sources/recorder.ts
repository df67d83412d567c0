import type { FileFacts } from '../core/model/process.ts'
import type { Reading } from '../core/model/reading.ts'
import { type Archive, type Entry, impliedListings } from './archive.ts'
import type { Moment, ProcSource } from './proc-source.ts'
import type { RedactArgv } from '../core/procfs/redact.ts'
import { isKeptName, keptContent } from './recorded-content.ts'

/** A source that notes what is read through it. */
export interface Recorder {
  readonly source: ProcSource
  /** All that was read since the pass began; nothing else was looked at. `undefined` before the first pass. */
  moment(): Archive | undefined
}

/** Notes every reading of a pass, with credentials hidden before they are kept. */
export function recorderOf(source: ProcSource, redactArgv: RedactArgv): Recorder {
  let begun: Moment | undefined
  let read: Readings = newReadings()

  return {
    source: {
      kind: source.kind,
      async begin() {
        const moment = await source.begin()
        if (moment !== false) {
          begun = moment
          read = newReadings()
        }
        return moment
      },
      list: (path) => note(read.listings, path, source.list(path)),
      read: (path) => noteContent(path, source.read(path)),
      readWhole: (path, limitBytes) => noteContent(path, source.readWhole(path, limitBytes)),
      link: (path) => note(read.links, path, source.link(path)),
      facts: (path) => note(read.facts, path, source.facts(path)),
    },
    moment: () => (begun === undefined ? undefined : archiveOf(begun, read)),
  }

  function noteContent(path: string, reading: Reading<Buffer>): Reading<Buffer> {
    // The bytes are the source's, and valid only until its next read.
    read.contents.set(
      path,
      reading.kind === 'known' ? keptContent(path, Buffer.from(reading.value), redactArgv) : reading,
    )
    return reading
  }
}

interface Readings {
  readonly contents: Map<string, Reading<Buffer>>
  readonly links: Map<string, Reading<string>>
  readonly listings: Map<string, Reading<readonly string[]>>
  readonly facts: Map<string, Reading<FileFacts>>
}

const newReadings = (): Readings => ({ contents: new Map(), links: new Map(), listings: new Map(), facts: new Map() })

function note<T>(readings: Map<string, Reading<T>>, path: string, reading: Reading<T>): Reading<T> {
  readings.set(path, reading)
  return reading
}

function archiveOf(begun: Moment, read: Readings): Archive {
  const takenAtMs = Math.floor(begun.takenAtMs)
  const entries = new Map<string, Entry>()
  for (const [path, reading] of read.contents) {
    if (reading.kind === 'known') entries.set(path, { kind: 'file', bytes: reading.value })
    else if (failed(reading)) entries.set(path, { kind: 'error', errno: errnoOf(reading) })
  }
  for (const [path, reading] of read.links) {
    if (reading.kind === 'known') entries.set(path, { kind: 'link', target: reading.value })
    else if (failed(reading) && !entries.has(path)) entries.set(path, { kind: 'error', errno: errnoOf(reading) })
  }
  const facts = new Map<string, FileFacts | { readonly errno: string }>()
  for (const [path, reading] of read.facts) {
    if (reading.kind === 'known') facts.set(path, { ...reading.value, changedMs: Math.floor(reading.value.changedMs) })
    else if (failed(reading)) facts.set(path, { errno: errnoOf(reading) })
  }
  noteVanished(read, entries)
  const listings = listingsOf(read, { takenAtMs, entries, facts, listings: new Map() })
  return { takenAtMs, ...(begun.mayHide && { mayHide: true }), entries, facts, listings }
}

/** What is gone needs no line of its own: a path that a recording does not name is gone. */
const failed = (reading: Reading<unknown>): boolean => reading.kind === 'denied' || reading.kind === 'malformed'

function errnoOf(reading: Reading<unknown>): string {
  if (reading.kind !== 'malformed') return 'EACCES'
  // EINVAL for what the source refused by itself: a link where a file was expected, a file beyond its limit.
  return /^E[A-Z0-9]+$/.test(reading.text) ? reading.text : 'EINVAL'
}

/** A process that was listed and vanished before it was read gets one line, or else its whole directory would be listed. */
function noteVanished(read: Readings, entries: Map<string, Entry>): void {
  const shown = impliedListings({ takenAtMs: 0, entries, facts: new Map(), listings: new Map() })
  const noted = new Set<string>()
  for (const [path, reading] of [...read.contents, ...read.links]) {
    if (reading.kind !== 'gone') continue
    const [own, directory = '', name = ''] = /^(\/proc|\/proc\/\d+\/(?:task|fd))\/(\d+)(?=\/|$)/.exec(path) ?? []
    if (own === undefined || noted.has(own) || shown.get(directory)?.has(name) === true) continue
    noted.add(own)
    entries.set(path, { kind: 'error', errno: 'ENOENT' })
  }
}

/** Only the listings that the paths below do not imply. */
function listingsOf(read: Readings, moment: Archive): Archive['listings'] {
  const implied = impliedListings(moment)
  const listings = new Map<string, readonly string[] | { readonly errno: string }>()
  for (const [path, reading] of read.listings) {
    if (failed(reading)) listings.set(path, { errno: errnoOf(reading) })
    if (reading.kind !== 'known') continue
    const isListed = (name: string): boolean => isKeptName(path, name)
    const names = reading.value.filter(isListed)
    const shown = new Set([...(implied.get(path) ?? [])].filter(isListed))
    const same = names.length === shown.size && names.every((name) => shown.has(name))
    if (!same || shown.size === 0) listings.set(path, names)
  }
  return listings
}
