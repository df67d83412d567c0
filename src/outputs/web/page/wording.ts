import type { Container, Daemon, Pass, Shim, Snapshot, Verdict } from '../../../core/model/snapshot.ts'

/* What the page says, without saying where. All of it is text: it never becomes markup. */

/** A word about an element, and how it is meant. */
export interface Mark {
  readonly text: string
  readonly tone: 'good' | 'info' | 'warning' | 'critical' | 'quiet'
}

export interface Line {
  readonly name: string
  readonly marks: readonly Mark[]
  readonly rest: string
}

const joined = (...parts: (string | null | false)[]): string =>
  parts.filter((part) => part !== null && part !== false && part !== '').join(' · ')

/** Twelve digits of a long hexadecimal id, as docker and crictl print it; other ids as they are. */
export const shortId = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id)

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export function daemonLine({ runtime, pid, addresses, state }: Daemon): Line {
  const marks: Mark[] = state === 'listening' ? [] : [{ text: state, tone: state === 'starting' ? 'info' : 'quiet' }]
  return { name: runtime, marks, rest: joined(`pid ${pid}`, addresses.join(' ')) }
}

export function shimLine({ runtime, pid, id, containerdNamespace, relation, supervision, parentage }: Shim): Line {
  const supervised: Mark = {
    text: supervision,
    tone: supervision === 'managed' ? 'good' : supervision === 'orphaned' ? 'critical' : 'quiet',
  }
  return {
    name: runtime,
    marks: [{ text: relation, tone: 'quiet' }, supervised],
    rest: joined(`pid ${pid}`, id && shortId(id), containerdNamespace, `child of ${parentage}`),
  }
}

const stateTone: Readonly<Record<Container['state'], Mark['tone']>> = {
  creating: 'info',
  created: 'info',
  running: 'good',
  paused: 'warning',
  stopped: 'quiet',
  unknown: 'quiet',
}

export function containerLine(container: Container): Line {
  const { role, name, id, pod, state, initPid, processes, zombies, execs, shim } = container
  const named = role === 'sandbox' ? 'sandbox' : (name ?? shortId(id))
  const marks: Mark[] = [{ text: state, tone: stateTone[state] }]
  if (shim === null) marks.push({ text: 'no keeper', tone: 'quiet' })
  if (zombies > 0) marks.push({ text: counted(zombies, 'zombie'), tone: 'warning' })
  return {
    name: pod === null ? named : `${podName(pod)} / ${named}`,
    marks,
    rest: joined(
      shortId(id),
      initPid !== null && `pid ${initPid}`,
      counted(processes, 'process', 'processes'),
      execs.length > 0 && counted(execs.length, 'exec session'),
    ),
  }
}

const podName = ({ uid, name, namespace }: NonNullable<Container['pod']>): string =>
  name === null ? `pod ${uid}` : `${namespace ?? '?'}/${name}`

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

/** One card of the overview: what it counts, how many, and of which kinds. */
export interface Card {
  readonly title: string
  readonly total: string
  readonly parts: readonly Mark[]
}

type Shown = Pick<Snapshot, 'daemons' | 'shims' | 'containers' | 'verdicts' | 'pass'>

export function cards({ daemons, shims, containers, verdicts, pass }: Shown): readonly Card[] {
  const firing = verdicts.filter(({ status }) => status === 'firing')
  const pending = verdicts.length - firing.length
  return [
    {
      title: 'Verdicts',
      total: String(firing.length),
      parts: [
        ...counts(
          firing,
          ({ severity }) => severity,
          (severity) => severity as Verdict['severity'],
        ),
        ...(pending > 0 ? [{ text: `${pending} pending`, tone: 'quiet' as const }] : []),
      ],
    },
    {
      title: 'Daemons',
      total: String(daemons.length),
      parts: counts(
        daemons,
        ({ runtime }) => runtime,
        () => 'quiet',
      ),
    },
    {
      title: 'Shims',
      total: String(shims.length),
      parts: [
        ...counts(
          shims,
          ({ supervision }) => supervision,
          (word) => (word === 'managed' ? 'good' : word === 'orphaned' ? 'critical' : 'quiet'),
        ),
        ...counts(
          shims,
          ({ relation }) => relation,
          () => 'quiet',
        ),
      ],
    },
    {
      title: 'Containers',
      total: String(containers.length),
      parts: counts(
        containers,
        ({ state }) => state,
        (state) => stateTone[state as Container['state']],
      ),
    },
    {
      title: 'Processes',
      total: String(pass.processes),
      parts: [
        { text: counted(pass.threads, 'thread'), tone: 'quiet' },
        { text: `looked at in ${pass.durationMs.toFixed(pass.durationMs < 10 ? 1 : 0)} ms`, tone: 'quiet' },
      ],
    },
  ]
}

function counts<T>(items: readonly T[], wordOf: (item: T) => string, toneOf: (word: string) => Mark['tone']): Mark[] {
  const numbers = new Map<string, number>()
  for (const item of items) numbers.set(wordOf(item), (numbers.get(wordOf(item)) ?? 0) + 1)
  return [...numbers]
    .sort((a, b) => b[1] - a[1])
    .map(([word, number]) => ({ text: `${number} ${word}`, tone: toneOf(word) }))
}

/** `3 min`, `2 h`, `5 d`: as exact as one needs. */
export function ageOf(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** Where a public issue is found; `undefined` for text that is no address. */
export function issueUrl(issue: string): string | undefined {
  const short = /^([A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100})#([0-9]{1,9})$/.exec(issue)
  if (short !== null) return `https://github.com/${short[1]}/issues/${short[2]}`
  return /^https:\/\/[A-Za-z0-9.-]+\/\S*$/.test(issue) ? issue : undefined
}
