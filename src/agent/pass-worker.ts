import { parentPort, workerData } from 'node:worker_threads'
import { liveSource } from '../sources/live.ts'
import { type PassOutcome, PassRunner } from './pass-runner.ts'
import type { Answer, Question, WorkerStart } from './worker-protocol.ts'

/** The thread that reads /proc. Its reads are synchronous, and hold nobody but itself. */
const { paths, options } = workerData as WorkerStart
const runner = new PassRunner(liveSource(paths), options)
let hasToldAll = false

parentPort?.on('message', async ({ ask }: Question) => {
  try {
    parentPort?.postMessage(ask === 'processes' ? { kind: 'processes', processes: runner.processes() } : await pass())
  } catch (error) {
    parentPort?.postMessage({
      kind: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
})

async function pass(): Promise<Answer> {
  const outcome = await runner.next()
  // The node itself never ends.
  if (outcome === false) return { kind: 'failed', reason: 'the source has no further moment' }
  return answerOf(outcome)
}

function answerOf({ snapshot, delta, facts }: PassOutcome): Answer {
  if (!hasToldAll) {
    hasToldAll = true
    return { kind: 'snapshot', snapshot, facts }
  }
  if (delta !== undefined) return { kind: 'delta', delta, facts }
  return { kind: 'unchanged', takenAt: snapshot.takenAt, pass: snapshot.pass, facts }
}
