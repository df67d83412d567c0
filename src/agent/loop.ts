import { setTimeout as sleep } from 'node:timers/promises'
import type { Agent, Pass } from './agent.ts'
import { Counter } from './counts.ts'
import { History } from './history.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'

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
  /** Told of every pass that failed; the loop goes on. */
  readonly onFailure?: (error: Error) => void
}

/** One pass at a time, the latest kept, everybody told. A pass that fails is counted, and tried again. */
export function startLoop(passes: Passes, { intervalMs, paceMs, onFailure }: LoopOptions): RunningAgent {
  const counter = new Counter()
  const history = new History({ mostElements: 8_192, mostEvents: 1_000 })
  const subscribers = new Set<(pass: Pass) => void>()
  const closing = new AbortController()
  let latest: Pass | undefined
  let lastPassAtMs: number | undefined
  let failure: string | undefined
  let isReady: () => void
  let isImpossible: (error: Error) => void
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve
    isImpossible = reject
  })
  ready.catch(() => {})
  const finished = run()

  return {
    intervalMs,
    ready,
    finished,
    latest: () => latest,
    health: () => ({ lastPassAtMs, failure }),
    counts: () => counter.counts,
    deltasSince: (run, seq) => history.since(run, seq),
    events: () => history.events(),
    processes: () => passes.processes(),
    subscribe(listener) {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    async close() {
      closing.abort()
      await passes.close()
      await finished
    },
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const begunMs = performance.now()
      let waitMs = intervalMs
      try {
        const outcome = await passes.next()
        if (outcome === false) return
        take(outcome)
        waitMs = paceMs?.(outcome) ?? intervalMs
      } catch (error) {
        if (closing.signal.aborted) return
        fail(error instanceof Error ? error : new Error(String(error)))
      }
      await sleep(Math.max(0, waitMs - (performance.now() - begunMs)), undefined, { signal: closing.signal }).catch(
        () => {},
      )
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
    for (const listener of subscribers) listener(latest)
  }

  function fail(error: Error): void {
    counter.failed(error)
    failure = error.message
    onFailure?.(error)
    isImpossible(error)
  }
}
