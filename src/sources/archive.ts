import type { FileFacts } from '../core/model/process.ts'
import { denied, gone, known, malformed, type Reading } from '../core/model/reading.ts'
import type { Moment, ProcSource } from './proc-source.ts'

/** What a path held, or why it could not be read. */
export type Entry =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'error'; readonly errno: string }

/**
 * One moment of a host, by canonical path. One path may answer in three ways (`/proc/9/cwd` is a link, can be listed,
 * and what it points at has an inode), so they are kept apart. A directory that is not among the listings holds what
 * the paths below it imply.
 */
export interface Archive {
  readonly takenAtMs: number
  /** Processes may have been kept from whoever recorded it (hidepid). */
  readonly mayHide?: true
  readonly entries: ReadonlyMap<string, Entry>
  readonly listings: ReadonlyMap<string, readonly string[] | { readonly errno: string }>
  readonly facts: ReadonlyMap<string, FileFacts | { readonly errno: string }>
}

/** EACCES and EPERM deny; ENOENT, ESRCH and ENOTDIR mean that nothing is there; any other errno is malformed. */
export function readingOfErrno(errno: string): Reading<never> {
  if (errno === 'ENOENT' || errno === 'ESRCH' || errno === 'ENOTDIR') return gone
  if (errno === 'EACCES' || errno === 'EPERM') return denied
  return malformed(errno)
}

/** Plays moments as if they were read now, one a pass. */
export function archiveSource(moments: Iterable<Archive>): ProcSource {
  const rest = moments[Symbol.iterator]()
  let entries: Archive['entries'] = new Map()
  let listings: Archive['listings'] = new Map()
  let facts: Archive['facts'] = new Map()
  let children: ReadonlyMap<string, ReadonlySet<string>> = new Map()

  return {
    kind: 'archive',
    async begin(): Promise<Moment | false> {
      const { value: moment, done } = rest.next()
      if (done === true) return false
      entries = moment.entries
      listings = moment.listings
      facts = moment.facts
      children = impliedListings(moment)
      return { takenAtMs: moment.takenAtMs, mayHide: moment.mayHide === true }
    },
    list(path) {
      const listing = listings.get(path)
      if (listing !== undefined) return 'errno' in listing ? readingOfErrno(listing.errno) : known(listing)
      const entry = entries.get(path)
      if (entry?.kind === 'error') return readingOfErrno(entry.errno)
      const names = children.get(path)
      return names === undefined ? gone : known([...names])
    },
    read: readFile,
    readWhole(path, limitBytes) {
      const reading = readFile(path)
      if (reading.kind === 'known' && reading.value.length > limitBytes) return malformed('longer than its limit')
      return reading
    },
    link(path) {
      const entry = entries.get(path)
      if (entry === undefined) return gone
      if (entry.kind === 'link') return known(entry.target)
      return entry.kind === 'error' ? readingOfErrno(entry.errno) : malformed('not a link')
    },
    facts(path) {
      const found = facts.get(path)
      if (found === undefined) return gone
      return 'errno' in found ? readingOfErrno(found.errno) : known(found)
    },
  }

  function readFile(path: string): Reading<Buffer> {
    const entry = entries.get(path)
    if (entry === undefined) return gone
    if (entry.kind === 'file') return known(entry.bytes)
    return entry.kind === 'error' ? readingOfErrno(entry.errno) : malformed('not a file')
  }
}

/** The directories that the paths imply, so that a recording need not list what it shows anyway. */
export function impliedListings(archive: Archive): ReadonlyMap<string, ReadonlySet<string>> {
  const children = new Map<string, Set<string>>()
  for (const path of [...archive.entries.keys(), ...archive.listings.keys(), ...archive.facts.keys()]) {
    let end = path.lastIndexOf('/')
    let name = path.slice(end + 1)
    while (end > 0) {
      const parent = path.slice(0, end)
      let names = children.get(parent)
      if (names === undefined) {
        names = new Set()
        children.set(parent, names)
      } else if (names.has(name)) break
      names.add(name)
      end = parent.lastIndexOf('/')
      name = parent.slice(end + 1)
    }
  }
  return children
}
