import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Collections, Delta } from '../core/model/event.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { apply } from '../core/snapshot/apply.ts'
import { ReadingNote, surroundings } from '../sources/noted.ts'
import { abandon, HungReading, LeftAlone, maySpareAnother, watchReading } from './hung-reading.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'
import type { Answer, Question, Sliceable, WorkerStart } from './worker-protocol.ts'

type Ending = { resolve: (answer: Answer) => void; reject: (error: Error) => void }
type Gathered = Record<Sliceable, unknown[]>

/**
 * Passes in a thread of their own. A worker that dies, or that hangs in a reading, is replaced at the next pass, and
 * starts a new run.
 */
export function passesInWorker(start: () => Omit<WorkerStart, 'note'>, intervalMs: number): Passes {
  const leftAlone = new LeftAlone()
  let note = new ReadingNote()
  let worker: Worker | undefined
  let latest: Snapshot | undefined
  let waiting: Ending[] = []
  /** An answer comes in several messages: the next question waits for the last of them. */
  let conversation: Promise<unknown> = Promise.resolve()

  return {
    next: (look) =>
      converse(async () => outcomeOf(...(await asking({ ask: 'pass', leftAlone: leftAlone.now(), look })))),
    processes: () =>
      converse(async () => {
        const [answer, { processes }] = await asking({ ask: 'processes' })
        if (answer.kind === 'failed') throw new Error(answer.reason)
        return processes as readonly Process[]
      }),
    async close() {
      const ending = worker
      worker = undefined
      await ending?.terminate()
    },
  }

  function converse<T>(speak: () => Promise<T>): Promise<T> {
    const result = conversation.then(speak)
    conversation = result.catch(() => {})
    return result
  }

  async function asking(question: Question): Promise<[Answer, Gathered]> {
    const asked = worker ?? begin()
    const isDone = watchReading(note, intervalMs, () => giveUp(asked))
    const answer = await put(asked, question).finally(isDone)
    const gathered: Gathered = { daemons: [], shims: [], containers: [], verdicts: [], processes: [] }
    const slices = 'slices' in answer ? answer.slices : 0
    for (let taken = 0; taken < slices; taken += 1) {
      const slice = await put(asked, { ask: 'slice' })
      if (slice.kind === 'slice') gathered[slice.collection].push(...slice.elements)
      // Others wait for this thread: clients, and a scrape.
      await nextTurn()
    }
    return [answer, gathered]
  }

  function put(asked: Worker, question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // It may have died between two slices, and would never answer.
      if (worker !== asked) return reject(new Error('the reading thread ended'))
      waiting.push({ resolve, reject })
      asked.postMessage(question)
    })
  }

  function begin(): Worker {
    if (!maySpareAnother())
      throw new HungReading(
        'too many readings hang in the kernel, the last of them of ' +
          note.path() +
          '; the node is read again when one returns',
      )
    latest = undefined
    note = new ReadingNote()
    const started = new Worker(new URL('./pass-worker.js', import.meta.url), {
      workerData: { ...start(), note: note.memory } satisfies WorkerStart,
    })
    started.on('message', (answer: Answer) => waiting.shift()?.resolve(answer))
    started.on('error', (error) => end(started, error))
    started.on('exit', (code) => end(started, new Error(`the reading thread ended with code ${code}`)))
    worker = started
    return started
  }

  function end(ended: Worker, error: Error): void {
    if (worker === ended) worker = undefined
    const abandoned = waiting
    waiting = []
    for (const { reject } of abandoned) reject(error)
  }

  function giveUp(hung: Worker): void {
    const path = note.path()
    const minutes = leftAlone.add(surroundings(path)) / 60_000
    abandon(hung)
    end(
      hung,
      new HungReading(
        `reading ${path} does not return; its thread is given up, and ${surroundings(path)} is left alone for ${minutes} min`,
      ),
    )
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
