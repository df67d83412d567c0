import type { FileFacts } from '../core/model/process.ts'
import type { Archive, Entry } from './archive.ts'
import { escapeContent, escapeLine, escapePath, escapeTarget } from './recording-escape.ts'

/**
 * What a host showed at one moment or several, as text that reads well in review:
 *
 *     # A story: what happened, on which runtime and version, recorded or constructed.
 *
 *     == 2026-09-01T03:12:00.000Z ==
 *     -- /proc/9075/cmdline --
 *     containerd-shim-runc-v2␀-namespace␀k8s.io␀␄
 *     -- /proc/9075/cwd -> /run/containerd/io.containerd.runtime.v2.task/k8s.io/.3f2a (deleted) --
 *     -- /proc/9075/cwd facts inode=4711 nlink=0 changed=2026-09-01T03:11:02.000Z --
 *     -- /proc/9075/exe !EACCES --
 *     -- /proc/9075/task/ --
 *     9075
 *
 * The idea is txtar's (https://pkg.go.dev/golang.org/x/tools/txtar). `␀` is a NUL, `␄` says that the last newline is
 * missing, `␛ff` is one byte. A directory is listed only where the paths below it do not imply its names. Every
 * moment is complete by itself; `== … hidepid ==` begins one in which processes may have been hidden from the reader. Whatever a process wrote is escaped, so that it can neither break nor forge a line.
 */
export interface Recording {
  /** What the reader should know, without the leading `# `. */
  readonly story: string
  readonly moments: readonly Archive[]
}

export function formatRecording(recording: Recording): string {
  return formatStory(recording.story) + recording.moments.map(formatMoment).join('')
}

export function formatStory(story: string): string {
  if (story === '') return ''
  const lines = story.split('\n').map((line) => (line === '' ? '#' : `# ${escapeLine(line)}`))
  return `${lines.join('\n')}\n\n`
}

/** One moment; moments can be appended to a recording one by one. */
export function formatMoment(moment: Archive): string {
  const sections = [`== ${formatInstant(moment.takenAtMs)}${moment.mayHide === true ? ' hidepid' : ''} ==\n`]
  for (const path of pathsOf(moment)) {
    const entry = moment.entries.get(path)
    const facts = moment.facts.get(path)
    const listing = moment.listings.get(path)
    if (entry !== undefined) sections.push(formatEntry(escapePath(path), entry))
    if (facts !== undefined) sections.push(`-- ${escapePath(path)} facts ${formatFacts(facts)} --\n`)
    if (listing !== undefined) sections.push(formatListing(`${escapePath(path)}/`, listing))
  }
  return sections.join('')
}

/** Each path once, in the order in which it was first read; what is told of one path stands together. */
const pathsOf = (moment: Archive): ReadonlySet<string> =>
  new Set([...moment.entries.keys(), ...moment.facts.keys(), ...moment.listings.keys()])

function formatEntry(path: string, entry: Entry): string {
  switch (entry.kind) {
    case 'file':
      return `-- ${path} --\n${escapeContent(entry.bytes)}`
    case 'link':
      return `-- ${path} -> ${escapeTarget(entry.target)} --\n`
    case 'error':
      return `-- ${path} !${entry.errno} --\n`
  }
}

const formatFacts = (facts: FileFacts | { readonly errno: string }): string =>
  'errno' in facts
    ? `!${facts.errno}`
    : `inode=${facts.inode} nlink=${facts.nlink} changed=${formatInstant(facts.changedMs)}`

const formatListing = (path: string, listing: readonly string[] | { readonly errno: string }): string =>
  'errno' in listing
    ? `-- ${path} !${listing.errno} --\n`
    : `-- ${path} --\n${listing.map((name) => `${escapeLine(name)}\n`).join('')}`

/** Instants beyond the calendar of JavaScript, which a hostile file system may claim, stay milliseconds. */
const formatInstant = (ms: number): string =>
  Number.isInteger(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms}ms`
