import { Worker } from 'node:worker_threads'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { apply } from '../core/snapshot/apply.ts'
import type { PassOutcome } from './pass-runner.ts'
import type { Passes } from './passes.ts'
import type { Answer, Question, WorkerStart } from './worker-protocol.ts'

type Ending = { resolve: (answer: Answer) => void; reject: (error: Error) => void }

/** Passes in a thread of their own. A worker that dies is replaced at the next pass, and starts a new run. */
export function passesInWorker(start: (life: number) => WorkerStart): Passes {
  let worker: Worker | undefined
  let life = 0
  let latest: Snapshot | undefined
  let waiting: Ending[] = []

  return {
    async next() {
      const answer = await asking({ ask: 'pass' })
      return outcomeOf(answer)
    },
    async processes() {
      const answer = await asking({ ask: 'processes' })
      return answer.kind === 'processes' ? (answer.processes as readonly Process[]) : []
    },
    async close() {
      const ending = worker
      worker = undefined
      await ending?.terminate()
    },
  }

  function asking(question: Question): Promise<Answer> {
    const living = worker ?? begin()
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      living.postMessage(question)
    })
  }

  function begin(): Worker {
    latest = undefined
    const started = new Worker(new URL('./pass-worker.js', import.meta.url), { workerData: start(life) })
    life += 1
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

  function outcomeOf(answer: Answer): PassOutcome {
    switch (answer.kind) {
      case 'snapshot':
        latest = answer.snapshot
        return { snapshot: latest, facts: answer.facts, delta: undefined }
      case 'delta': {
        const { seq, takenAt, pass } = answer.delta
        latest = { ...need(latest), ...apply(need(latest), answer.delta), seq, takenAt, pass }
        return { snapshot: latest, facts: answer.facts, delta: answer.delta }
      }
      case 'unchanged':
        latest = { ...need(latest), takenAt: answer.takenAt, pass: answer.pass }
        return { snapshot: latest, facts: answer.facts, delta: undefined }
      case 'failed':
        throw new Error(answer.reason)
      case 'processes':
        throw new Error('the reading thread answered another question')
    }
  }
}

function need(snapshot: Snapshot | undefined): Snapshot {
  if (snapshot === undefined) throw new Error('the reading thread sent a change before a snapshot')
  return snapshot
}
