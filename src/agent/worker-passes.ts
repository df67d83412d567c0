import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Collections, Delta } from '../core/model/event.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { apply } from '../core/snapshot/apply.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'
import { ReadingThread } from './reading-thread.ts'
import type { Answer, Question, Sliceable, WorkerStart } from './worker-protocol.ts'

type Gathered = Record<Sliceable, unknown[]>

/** Passes in a thread of their own. One that is replaced starts a new run. */
export function passesInWorker(start: () => Omit<WorkerStart, 'note'>, intervalMs: number): Passes {
  const begin = () => {
    latest = undefined
    return start()
  }
  const thread = new ReadingThread<Question, Answer>(new URL('./pass-worker.js', import.meta.url), begin, intervalMs)
  let latest: Snapshot | undefined
  /** An answer comes in several messages: the next question waits for the last of them. */
  let conversation: Promise<unknown> = Promise.resolve()

  return {
    next: (asked) =>
      converse(async () => outcomeOf(...(await asking({ ask: 'pass', leftAlone: thread.leftAlone(), asked })))),
    processes: () =>
      converse(async () => {
        const [answer, { processes }] = await asking({ ask: 'processes' })
        if (answer.kind === 'failed') throw new Error(answer.reason)
        // A thread that has just been begun has not looked yet, and would know of none.
        if (latest === undefined)
          throw new Error('the thread that read the processes has ended; the next pass reads anew')
        return processes as readonly Process[]
      }),
    close: () => thread.close(),
  }

  function converse<T>(speak: () => Promise<T>): Promise<T> {
    const result = conversation.then(speak)
    conversation = result.catch(() => {})
    return result
  }

  async function asking(question: Question): Promise<[Answer, Gathered]> {
    const answer = await thread.ask(question)
    const gathered: Gathered = { daemons: [], shims: [], containers: [], verdicts: [], processes: [] }
    const slices = 'slices' in answer ? answer.slices : 0
    for (let taken = 0; taken < slices; taken += 1) {
      const slice = await thread.askOn({ ask: 'slice' })
      if (slice.kind === 'slice') gathered[slice.collection].push(...slice.elements)
      // Others wait for this thread: clients, and a scrape.
      await nextTurn()
    }
    return [answer, gathered]
  }

  function outcomeOf(answer: Answer, gathered: Gathered): PassOutcome {
    const { daemons, shims, containers, verdicts } = gathered as unknown as Collections
    const collections = { daemons, shims, containers, verdicts }
    switch (answer.kind) {
      case 'snapshot':
        latest = { ...answer.snapshot, ...collections }
        return { snapshot: latest, facts: answer.facts, delta: undefined }
      case 'delta': {
        const delta: Delta = { ...answer.delta, changed: collections }
        const { seq, takenAt, pass } = delta
        latest = { ...need(latest), ...apply(need(latest), delta), seq, takenAt, pass }
        return { snapshot: latest, facts: answer.facts, delta }
      }
      case 'unchanged':
        latest = { ...need(latest), takenAt: answer.takenAt, pass: answer.pass }
        return { snapshot: latest, facts: answer.facts, delta: undefined }
      case 'failed':
        throw new Error(answer.reason)
      case 'processes':
      case 'slice':
        throw new Error('the reading thread answered another question')
    }
  }
}

function need(snapshot: Snapshot | undefined): Snapshot {
  if (snapshot === undefined) throw new Error('the reading thread sent a change before a snapshot')
  return snapshot
}
