import type { Container, Pass, Severity, Shim, Verdict } from '../../../core/model/snapshot.ts'

/* What the page says, without saying where. All of it is text: it never becomes markup. */

export type Tone = 'good' | 'info' | 'warning' | 'critical' | 'quiet'

/** A word about something: said by sign and colour too, never by colour alone. */
export interface Mark {
  readonly sign: string
  readonly text: string
  readonly tone: Tone
}

const signs: Readonly<Record<Severity, string>> = { critical: '✖', warning: '▲', info: '◆' }

export const severityMark = (severity: Severity): Mark => ({ sign: signs[severity], text: severity, tone: severity })

export function supervisionMark(supervision: Shim['supervision']): Mark {
  switch (supervision) {
    case 'managed':
      return { sign: '●', text: supervision, tone: 'good' }
    case 'orphaned':
      return { sign: '✖', text: supervision, tone: 'critical' }
    case 'unknown':
      return { sign: '?', text: 'not known', tone: 'quiet' }
  }
}

export function stateMark(state: Container['state']): Mark {
  switch (state) {
    case 'running':
      return { sign: '●', text: state, tone: 'good' }
    case 'creating':
      return { sign: '◌', text: state, tone: 'info' }
    case 'created':
      return { sign: '○', text: state, tone: 'info' }
    case 'paused':
      return { sign: '‖', text: state, tone: 'warning' }
    case 'stopped':
      return { sign: '■', text: state, tone: 'quiet' }
    case 'unknown':
      return { sign: '?', text: 'not known', tone: 'quiet' }
  }
}

/** State letters of proc(5), as words; `undefined` for those that sleep or run. */
export function processStateMark(state: string): Mark | undefined {
  switch (state) {
    case 'Z':
      return { sign: '▲', text: 'zombie', tone: 'warning' }
    case 'X':
      return { sign: '■', text: 'dead', tone: 'quiet' }
    case 'D':
      // Every read of a disk is; who stays there gets a verdict.
      return { sign: '◌', text: 'in the kernel', tone: 'quiet' }
    case 'T':
    case 't':
      return { sign: '‖', text: 'stopped', tone: 'warning' }
    default:
      return undefined
  }
}

/** Twelve digits of a long hexadecimal id, as docker and crictl print it; other ids as they are. */
export const shortId = (id: string): string => (/^[0-9a-f]{32,}$/.test(id) ? id.slice(0, 12) : id)

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export const joined = (...parts: readonly (string | null | undefined | false)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== false && part !== '').join(' · ')

/** The severest first, firing before pending, the longest standing before the newest. */
export function byUrgency(verdicts: readonly Verdict[]): readonly Verdict[] {
  const rank = { critical: 0, warning: 1, info: 2 }
  return [...verdicts].sort(
    (a, b) =>
      Number(a.status === 'pending') - Number(b.status === 'pending') ||
      rank[a.severity] - rank[b.severity] ||
      Date.parse(a.since) - Date.parse(b.since) ||
      (a.key < b.key ? -1 : 1),
  )
}

/** What limits everything on the page, one sentence a line; empty when nothing does. */
export function notices({ source, complete, reads, denied }: Pass, takenAt: string): string {
  const fields = Object.keys(denied)
  return [
    source === 'archive' && `This is a recording, as the node was at ${takenAt}; it is not what runs now.`,
    source === 'ps' && 'Read through ps: processes only, without what connects them. No verdict is judged by that.',
    !complete &&
      'Some processes may be hidden from this agent (hidepid), so that something is not listed proves nothing.',
    reads.denied > 0 &&
      `${counted(reads.denied, 'reading')} denied${fields.length > 0 ? ` (${fields.join(', ')})` : ''}: \`shimscope doctor\` says why. Verdicts that need them stay silent.`,
  ]
    .filter((sentence) => sentence !== false)
    .join('\n')
}

/** `3 s`, `3 min`, `2 h`, `5 d`: as exact as one needs. */
export function ageOf(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `640 B`, `12.3 MB`; in powers of ten, as containerd's metrics and most dashboards count. */
export function bytesOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit > 0 && size < 99.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}

/** Where a public issue is found; `undefined` for text that is no address. */
export function issueUrl(issue: string): string | undefined {
  const short = /^([A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100})#([0-9]{1,9})$/.exec(issue)
  if (short !== null) return `https://github.com/${short[1]}/issues/${short[2]}`
  if (/^CVE-[0-9]{4}-[0-9]{4,7}$/.test(issue)) return `https://www.cve.org/CVERecord?id=${issue}`
  return /^https:\/\/[A-Za-z0-9.-]+\/\S*$/.test(issue) ? issue : undefined
}
