import type { EventFacts, EventType, NodeEvent } from '../model/event.ts'
import type { Container, ContainerState, Daemon, Shim, Snapshot, Subject, Verdict } from '../model/snapshot.ts'
import { containerName, shortId } from './container-name.ts'
import {
  adoptionFacts,
  type Between,
  containerFacts,
  orphanFacts,
  sandboxExitFacts,
  shimFacts,
  startFacts,
  stopFacts,
  verdictFacts,
} from './event-facts.ts'

/** One element before and after; at least one of the two is there. */
type Pair<T> =
  | readonly [before: T, after: T]
  | readonly [before: T, after: undefined]
  | readonly [before: undefined, after: T]

type Step = readonly [type: EventType, subject: Subject, summary: string, facts: EventFacts]

/**
 * What happened between two snapshots: daemons first, then shims, containers and verdicts, since causes come before
 * effects; of each what went before what came, since it made room. Steps that nobody saw are told where they must have been taken: a container first seen running was created
 * and started.
 *
 * @param lately daemons that stopped before `previous`, but so lately that a newcomer in their place is a restart
 */
export function deriveEvents(previous: Snapshot, next: Snapshot, lately: readonly Daemon[]): readonly NodeEvent[] {
  const daemons = new Map(next.daemons.map((daemon) => [daemon.key as string, daemon]))
  const between = { previous, next }
  const steps = [
    ...daemonSteps(between, lately),
    ...pairs(previous.shims, next.shims).flatMap((pair) => shimSteps(between, daemons, ...pair)),
    ...endsFirst(pairs(previous.containers, next.containers)).flatMap((pair) => containerSteps(between, ...pair)),
    ...pairs(previous.verdicts, next.verdicts).flatMap((pair) => verdictSteps(between, ...pair)),
  ]
  return steps.map(([type, subject, summary, facts]) => {
    return { seq: next.seq, at: next.takenAt, type, subject, summary, facts }
  })
}

/** Daemons of `previous` that `next` does not have; what `lately` of a later call is made of. */
export function stoppedDaemons(previous: readonly Daemon[], next: readonly Daemon[]): readonly Daemon[] {
  if (previous === next) return []
  const keys = new Set(next.map((daemon) => daemon.key))
  return previous.filter((daemon) => !keys.has(daemon.key))
}

function daemonSteps(between: Between, lately: readonly Daemon[]): Step[] {
  const { previous, next } = between
  const steps: Step[] = []
  const stopped = [...stoppedDaemons(previous.daemons, next.daemons)]
  const earlier = [...lately]
  for (const started of stoppedDaemons(next.daemons, previous.daemons)) {
    const before =
      takeFirst(stopped, (daemon) => samePlace(daemon, started)) ??
      takeFirst(earlier, (daemon) => samePlace(daemon, started))
    const subject: Subject = { kind: 'daemon', key: started.key, pid: started.pid }
    const facts = startFacts(started, before, between)
    steps.push(
      before === undefined
        ? ['daemon-started', subject, `${started.runtime} started (pid ${started.pid})`, facts]
        : ['daemon-restarted', subject, `${started.runtime} restarted (pid ${before.pid} → ${started.pid})`, facts],
    )
  }
  for (const daemon of stopped) {
    const { key, pid, runtime } = daemon
    const subject: Subject = { kind: 'daemon', key, pid }
    steps.push(['daemon-stopped', subject, `${runtime} stopped (pid ${pid})`, stopFacts(daemon, between)])
  }
  return steps
}

/** The same program at the same address. One that does not listen yet has no address that could tell it apart. */
function samePlace(a: Daemon, b: Daemon): boolean {
  if (a.runtime !== b.runtime || a.within !== b.within) return false
  return (
    a.addresses.length === 0 || b.addresses.length === 0 || a.addresses.some((address) => b.addresses.includes(address))
  )
}

function takeFirst<T>(items: T[], fits: (item: T) => boolean): T | undefined {
  const index = items.findIndex(fits)
  return index === -1 ? undefined : items.splice(index, 1)[0]
}

function shimSteps(between: Between, daemons: ReadonlyMap<string, Daemon>, ...[before, after]: Pair<Shim>): Step[] {
  const shim = after === undefined ? before : after
  const subject: Subject = { kind: 'shim', key: shim.key, pid: shim.pid, ...(shim.id !== null && { id: shim.id }) }
  const named = `${shim.runtime} (pid ${shim.pid}${shim.id === null ? '' : `, ${shortId(shim.id)}`})`
  const facts = () => shimFacts(before, after, between)
  if (after === undefined) return [['shim-gone', subject, `${named} is gone`, facts()]]
  const steps: Step[] = []
  if (before === undefined) steps.push(['shim-appeared', subject, `${named} appeared`, facts()])
  if (after.supervision === 'orphaned' && before?.supervision !== 'orphaned') {
    const orphaned = { ...facts(), ...orphanFacts(before, after) }
    steps.push(['shim-orphaned', subject, `nobody manages ${named} any more`, orphaned])
  }
  if (before !== undefined && adopted(before, after, daemons)) {
    const daemon = after.daemon === null ? undefined : daemons.get(after.daemon)
    steps.push([
      'shim-adopted',
      subject,
      `${named} is managed again${daemon ? `, by ${daemon.runtime} (pid ${daemon.pid})` : ''}`,
      { ...facts(), ...adoptionFacts(after) },
    ])
  }
  return steps
}

/** Managed again, or by another daemon than before. A young shim that is managed for the first time was not adopted. */
function adopted(before: Shim, after: Shim, daemons: ReadonlyMap<string, Daemon>): boolean {
  if (after.supervision !== 'managed') return false
  if (before.supervision === 'orphaned') return true
  if (before.daemon !== null && after.daemon !== null && before.daemon !== after.daemon) return true
  // Nothing is concluded while a daemon starts, so a shim that outlived a restart may come here from `unknown`, or from
  // being tracked by somebody at that address of whom it was not proven yet who it is.
  const daemon = after.daemon === null ? undefined : daemons.get(after.daemon)
  return (
    (before.supervision === 'unknown' || before.daemon === null) &&
    daemon !== undefined &&
    Date.parse(daemon.startedAt) > Date.parse(after.startedAt)
  )
}

/** How far a container is in its life; `null` where that is not known. */
const stages: Readonly<Record<ContainerState, number | null>> = {
  creating: 1,
  created: 1,
  running: 2,
  paused: 2,
  stopped: 3,
  unknown: null,
}

/** A container whose first process is younger than this was not yet running when nothing was known of it. */
const JUST_STARTED_MS = 10_000

function containerSteps(between: Between, ...[before, after]: Pair<Container>): Step[] {
  const container = after === undefined ? before : after
  const named = containerName(container)
  const facts = containerFacts(before, after)
  const step = (type: EventType, happened: string, more?: EventFacts): Step => [
    type,
    {
      kind: 'container',
      key: container.key,
      id: container.id,
      ...(container.initPid !== null && { pid: container.initPid }),
    },
    `${named} ${happened}`,
    { ...facts, ...more },
  ]
  const created = step('container-created', 'was created')
  const started = step(
    'container-started',
    container.initPid === null ? 'started' : `started (pid ${container.initPid})`,
  )
  const exited = step(
    'container-exited',
    before !== undefined && stages[before.state] === 1 ? 'is gone before it started' : 'exited',
    sandboxExitFacts(container, between),
  )
  if (after === undefined) return before.state === 'stopped' ? [] : [exited]

  const steps: Step[] = []
  const stage = stages[after.state]
  let reached = before === undefined ? 0 : stages[before.state]
  if (reached === null || stage === null) {
    // What was not known before cannot be said to have changed, except that it ended.
    if (before === undefined) return [created]
    const isNew =
      before.initPid === null &&
      Date.parse(after.startedAt ?? '') > Date.parse(between.previous.takenAt) - JUST_STARTED_MS
    return stage === 3 ? [exited] : stage === 2 && isNew ? [started] : []
  }
  const replaced =
    before !== undefined && before.initPid !== null && after.initPid !== null && before.initPid !== after.initPid
  if (reached === 2 && replaced && stage <= 2) {
    // Restarted under its old id between two looks, as docker does.
    steps.push(exited)
    reached = 0
  }
  if (reached === 3 && stage < 3) reached = 0
  if (reached < 1) steps.push(created)
  if (reached < 2 && stage === 2) steps.push(started)
  if (reached < 3 && stage === 3) steps.push(exited)
  if (after.state === 'paused' && (before?.state !== 'paused' || replaced))
    steps.push(step('container-paused', 'was paused'))
  if (after.state === 'running' && before?.state === 'paused' && !replaced)
    steps.push(step('container-resumed', 'was resumed'))
  return steps
}

/** One that stopped may still be there, and its successor too. */
function endsFirst(all: readonly Pair<Container>[]): readonly Pair<Container>[] {
  const ends = ([before, after]: Pair<Container>): boolean => before !== undefined && after?.state === 'stopped'
  return [...all.filter(ends), ...all.filter((pair) => !ends(pair))]
}

function verdictSteps(between: Between, ...[before, after]: Pair<Verdict>): Step[] {
  const fired = before?.status === 'firing'
  if (after?.status === 'firing') {
    if (fired) return []
    return [['verdict-raised', after.subject, `${after.code} fires: ${after.summary}`, verdictFacts(after, between)]]
  }
  if (!fired) return []
  return [
    ['verdict-cleared', before.subject, `${before.code} cleared: ${before.summary}`, verdictFacts(before, between)],
  ]
}

/** Elements by key, before and after: those that went, then the others; each in key order, the untouched left out. */
function pairs<T extends { readonly key: string }>(previous: readonly T[], next: readonly T[]): Pair<T>[] {
  if (previous === next) return []
  const result: Pair<T>[] = []
  const left = new Map(previous.map((item) => [item.key, item]))
  for (const after of next) {
    const before = left.get(after.key)
    left.delete(after.key)
    if (before === undefined) result.push([undefined, after])
    else if (before !== after) result.push([before, after])
  }
  return [...[...left.values()].map((before) => [before, undefined] as const), ...result]
}
