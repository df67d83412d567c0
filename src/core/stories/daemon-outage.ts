import type { NodeEvent } from '../model/event.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { StoryKind, StoryMember, StoryPart, Telling } from '../model/story.ts'
import { as, isOf, keyOf } from './ties.ts'
import { count } from './wording.ts'

/** How a shim that was tracked came through: it waits, until the daemon that is back tracks it, or does not. */
type Fate = 'waiting' | 'reconnected' | 'forgotten' | 'ended'

/** What the members say, one after the other. */
interface Outage {
  readonly program: string
  /** The daemon's processes, the oldest first. */
  readonly pids: readonly number[]
  /** Of the last of them. */
  readonly key: string
  readonly lives: boolean
  readonly fates: ReadonlyMap<string, Fate>
}

const letGo = ['shim-leaked', 'shim-abandoned']

/** A daemon ended or was replaced: who of its shims is tracked again. Until that is settled, a further restart is of it. */
export const daemonOutage: StoryKind = {
  kind: 'daemon-outage',
  title: 'a daemon ended or was restarted, and what became of its shims',
  begins: (event) => (isOf(event, 'daemon-stopped', 'daemon-restarted') ? [as('cause')(event)] : undefined),
  takes: (members, event) => partOf(outageOf(members), event),
  tell: (members) => tell(outageOf(members), members),
}

function partOf({ key, lives, fates }: Outage, event: NodeEvent): StoryPart | undefined {
  const { type, subject, facts = {} } = event
  const fate = fates.get(keyOf(subject))
  const isOpen = !lives || [...fates.values()].includes('waiting')
  switch (type) {
    case 'daemon-restarted':
      return facts.replaces?.key === key && isOpen ? 'with' : undefined
    case 'daemon-stopped':
      return subject.key === key && lives && isOpen ? 'with' : undefined
    case 'shim-orphaned':
      // One whose bundle is deleted was let go of by a daemon that lived to do so.
      return fate === 'waiting' && (lives || facts.bundleDeleted !== true) ? 'effect' : undefined
    case 'shim-adopted':
      return lives && facts.daemon === key && (fate === 'waiting' || fate === 'forgotten') ? 'effect' : undefined
    case 'shim-gone':
      // What it leaves behind is a story of its own.
      return fate !== undefined && fate !== 'reconnected' && facts.outlivedBy === undefined ? 'with' : undefined
    case 'verdict-raised':
      if (facts.code === 'daemon-restarting') return facts.daemon === key ? 'effect' : undefined
      if (fate !== 'waiting' && fate !== 'forgotten') return undefined
      return (facts.code === 'shim-daemonless' && !lives) || (letGo.includes(facts.code ?? '') && lives)
        ? 'effect'
        : undefined
    default:
      return undefined
  }
}

function outageOf(members: readonly StoryMember[]): Outage {
  let program = 'a daemon'
  let pids: readonly number[] = []
  let key = ''
  let lives = false
  const fates = new Map<string, Fate>()
  for (const { event } of members) {
    const { type, subject, facts = {} } = event
    for (const shim of facts.shims ?? []) if (!fates.has(shim)) fates.set(shim, 'waiting')
    const about = keyOf(subject)
    switch (type) {
      case 'daemon-stopped':
      case 'daemon-restarted':
        program = facts.program ?? program
        lives = type === 'daemon-restarted'
        key = about
        pids = [...new Set([...pids, ...(facts.replaces ? [facts.replaces.pid] : []), subject.pid ?? 0])]
        break
      case 'shim-adopted':
        fates.set(about, 'reconnected')
        break
      case 'shim-orphaned':
        // While there is no daemon, nobody can be tracked: that is said by its end already.
        if (lives) fates.set(about, 'forgotten')
        break
      case 'shim-gone':
        fates.set(about, 'ended')
        break
      case 'verdict-raised':
        if (letGo.includes(facts.code ?? '')) fates.set(about, 'forgotten')
        break
      default:
        break
    }
  }
  return { program, pids, key, lives, fates }
}

function tell({ program, pids, lives, fates }: Outage, members: readonly StoryMember[]): Telling {
  const many = (fate: Fate): number => [...fates.values()].filter((one) => one === fate).length
  const said = `${program} ${lives ? 'restarted' : 'stopped'} (pid ${pids.join(' → ')})`
  const ended = many('ended')
  if (!lives) {
    const left = fates.size - ended
    const clauses = [
      ...(left === 0 ? [] : [`${count(left, 'shim')} ${left === 1 ? 'goes' : 'go'} on without it`]),
      ...(ended === 0 ? [] : [`${ended} ended`]),
    ]
    return {
      summary: [said, ...(clauses.length === 0 ? [] : [clauses.join(', ')])].join('; '),
      proof: left === 0 ? [] : proofOfEnd(members),
      settled: false,
    }
  }
  const [reconnected, forgotten, waiting] = [many('reconnected'), many('forgotten'), many('waiting')]
  const have = waiting === 1 ? 'has' : 'have'
  const clauses: readonly (readonly [number, string, string])[] = [
    [reconnected, 'reconnected', 'reconnected'],
    [forgotten, 'did not reconnect', 'did not'],
    [ended, 'ended', 'ended'],
    [waiting, `${have} not reconnected yet`, `${have} not yet`],
  ]
  const [first, ...others] = clauses.filter(([number]) => number > 0)
  const fate =
    first === undefined
      ? []
      : [
          `${count(first[0], 'shim')} ${first[1]}`,
          ...others.map(([number, whole, short]) => `${number} ${reconnected + forgotten > 0 ? short : whole}`),
        ]
  return {
    summary: [said, ...(fate.length === 0 ? [] : [fate.join(', ')])].join('; '),
    proof: proofOfReturn(members),
    settled: waiting === 0 && fates.size > 0,
  }
}

function proofOfEnd(members: readonly StoryMember[]): readonly Evidence[] {
  const end = members.findLast(({ event }) => event.type === 'daemon-stopped')?.event
  if (end === undefined) return []
  return [
    { source: `/proc/${end.subject.pid}`, observed: `gone at ${end.at}, while the shims that it tracked were there` },
  ]
}

/** A connection to a process is younger than it; a key has the start time of its process in it. */
function proofOfReturn(members: readonly StoryMember[]): readonly Evidence[] {
  const back = members.findLast(({ event }) => event.type === 'daemon-restarted')?.event
  const tracked = members.findLast(({ event }) => event.type === 'shim-adopted')?.event
  const before =
    members.find(({ event }) => event.type === 'daemon-stopped')?.event.subject.key ?? back?.facts?.replaces?.key
  if (back === undefined || before === undefined) return []
  return [
    { source: `/proc/${back.subject.pid}/stat`, observed: `${back.subject.key} at ${back.at}, in place of ${before}` },
    ...(tracked === undefined
      ? []
      : [
          {
            source: '/proc/net/unix',
            observed: `at ${tracked.at} shim ${tracked.subject.key}, which was there before, was tracked by ${back.subject.key}`,
          },
        ]),
  ]
}
