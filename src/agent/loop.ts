import type { Snapshot } from '../core/model/snapshot.ts'
import type { Announced } from '../sources/announcements.ts'
import type { WakeUps } from '../sources/wake-ups.ts'
import type { Agent, Pass } from './agent.ts'
import { Counter } from './counts.ts'
import { History } from './history.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'
import { type Begun, Schedule } from './schedule.ts'

export interface RunningAgent extends Agent {
  /** Resolves when the first pass is done; rejects with the reason when it cannot be. */
  readonly ready: Promise<void>
  /** Resolves when the source has no further moment (the end of a recording), or the agent is closed. */
  readonly finished: Promise<void>
  close(): Promise<void>
}

export interface LoopOptions {
  readonly intervalMs: number
  /** How long to wait before the next pass; the interval unless a recording has a pace of its own. */
  readonly paceMs?: (outcome: PassOutcome) => number
  /** Told of every pass that failed, and of a WakeUpsLost; the loop goes on. */
  readonly onFailure?: (error: Error) => void
  /** What begins a pass before its time; the loop closes it. */
  readonly wakeUps?: WakeUps | undefined
}

/** A source of wake-ups has failed, for the reason in `cause`. No pass has. */
export class WakeUpsLost extends Error {
  override readonly name = 'WakeUpsLost'
}

/** One pass at a time, the latest kept, everybody told. A pass that fails is counted, and tried again. */
export function startLoop(passes: Passes, { intervalMs, paceMs, onFailure, wakeUps }: LoopOptions): RunningAgent {
  const counter = new Counter()
  const schedule = new Schedule(performance.now())
  const history = new History({ mostElements: 8_192, mostEvents: 1_000 })
  const subscribers = new Set<(pass: Pass) => void>()
  const closing = new AbortController()
  let latest: Pass | undefined
  let lastPassAtMs: number | undefined
  let failure: string | undefined
  /** Ends the rest between two passes, or has it look at the schedule again. */
  let stir = () => {}
  let isReady: () => void
  let isImpossible: (error: Error) => void
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve
    isImpossible = reject
  })
  ready.catch(() => {})
  closing.signal.addEventListener('abort', () => stir())
  let waking = wakeUps
  whileItWakes((source) =>
    source.start((news) => {
      if (schedule.wake(performance.now(), news)) stir()
    }),
  )
  const finished = run()

  return {
    intervalMs,
    ready,
    finished,
    latest: () => latest,
    health: () => ({ lastPassAtMs, failure }),
    counts: () => ({
      ...counter.counts,
      wakeUps: waking === undefined ? undefined : { ...waking.counts(), ...schedule.counts },
    }),
    deltasSince: (run, seq) => history.since(run, seq),
    events: () => history.events(),
    processes: () => passes.processes(),
    subscribe(listener) {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    async close() {
      closing.abort()
      waking?.close()
      await passes.close()
      await finished
    },
  }

  async function run(): Promise<void> {
    let why: Begun = 'timer'
    while (!closing.signal.aborted) {
      const begunMs = performance.now()
      const begunCpu = process.cpuUsage()
      let waitMs = intervalMs
      // What is heard only now is answered by this pass, too.
      const announced = announcedUntilNow()
      schedule.began(begunMs, why)
      try {
        const outcome = await passes.next({ look: why === 'wake-up' ? 'closely' : 'in turns', announced })
        if (outcome === false) return
        take(outcome)
        waitMs = paceMs?.(outcome) ?? intervalMs
      } catch (error) {
        if (closing.signal.aborted) return
        fail(error instanceof Error ? error : new Error(String(error)))
      }
      schedule.ended(performance.now(), why, stateOf(latest?.snapshot), cpuMsSince(begunCpu))
      why = await untilNext(begunMs + waitMs)
    }
  }

  /** Rests until a pass is due; a wake-up may make that sooner. */
  async function untilNext(timerAtMs: number): Promise<Begun> {
    for (;;) {
      const { atMs, why } = schedule.next(timerAtMs)
      const restMs = atMs - performance.now()
      if (restMs <= 0 || closing.signal.aborted) return why
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs)
        stir = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  function take(outcome: PassOutcome): void {
    const { snapshot, delta, facts } = outcome
    if (latest?.snapshot.run !== snapshot.run) history.begin(snapshot.run, snapshot.seq)
    else if (delta !== undefined) history.add(delta)
    latest = { snapshot, facts, delta }
    lastPassAtMs = Date.now()
    failure = undefined
    counter.passed(outcome)
    isReady()
    whileItWakes((source) => source.follow(snapshot))
    for (const listener of subscribers) listener(latest)
  }

  /** Wake-ups only make passes sooner: a source that fails is left, and the timer goes on. */
  function whileItWakes(act: (source: WakeUps) => void): void {
    const source = waking
    if (source === undefined) return
    try {
      act(source)
    } catch (error) {
      waking = undefined
      onFailure?.(
        new WakeUpsLost('there are no wake-ups any more: from now on the timer begins every pass', { cause: error }),
      )
      source.close()
    }
  }

  function announcedUntilNow(): Announced {
    let announced: Announced
    whileItWakes((source) => {
      announced = source.announced?.()
    })
    return announced
  }

  function fail(error: Error): void {
    counter.failed(error)
    failure = error.message
    onFailure?.(error)
    isImpossible(error)
  }
}

/** Of all threads of the agent: Node 20 does not tell that of one. So it is too much rather than too little. */
function cpuMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1_000
}

/** What is being created, started or left makes no event when it is done. */
function stateOf(snapshot: Snapshot | undefined): 'settled' | 'unsettled' {
  const isOnItsWay =
    snapshot?.containers.some(({ state }) => state === 'creating' || state === 'created' || state === 'unknown') ===
      true ||
    snapshot?.shims.some(({ relation, bundleDeleted }) => relation === 'starting' || bundleDeleted === true) === true
  return isOnItsWay ? 'unsettled' : 'settled'
}
