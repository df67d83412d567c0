import { parentPort, workerData } from 'node:worker_threads'
import { liveSource } from '../sources/live.ts'
import { noted, ReadingNote } from '../sources/noted.ts'
import { type PassOutcome, PassRunner } from './pass-runner.ts'
import { type Answer, type Question, type Slice, slicesOf, type WorkerStart } from './worker-protocol.ts'

/** The thread that reads /proc. Its reads are synchronous, and hold nobody but itself. */
const { paths, options, note } = workerData as WorkerStart
const leftAlone = new Set<string>()
const runner = new PassRunner(noted(liveSource(paths), new ReadingNote(note), leftAlone), options)
let hasToldAll = false
/** What is still to be asked for of the last answer. */
let slices: Slice[] = []

parentPort?.on('message', async (question: Question) => {
  try {
    parentPort?.postMessage(await answerTo(question))
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    parentPort?.postMessage({ kind: 'failed', reason } satisfies Answer)
  }
})

async function answerTo(question: Question): Promise<Answer> {
  switch (question.ask) {
    case 'pass': {
      leftAlone.clear()
      for (const place of question.leftAlone) leftAlone.add(place)
      const outcome = await runner.next(question.asked)
      // The node itself never ends.
      return outcome === false ? { kind: 'failed', reason: 'the source has no further moment' } : passed(outcome)
    }
    case 'processes':
      slices = slicesOf({ processes: runner.processes() })
      return { kind: 'processes', slices: slices.length }
    case 'slice':
      return slices.shift() ?? { kind: 'failed', reason: 'there is no further slice' }
  }
}

function passed({ snapshot, delta, facts }: PassOutcome): Answer {
  if (!hasToldAll) {
    hasToldAll = true
    const { daemons, shims, containers, verdicts, ...rest } = snapshot
    slices = slicesOf({ daemons, shims, containers, verdicts })
    return { kind: 'snapshot', snapshot: rest, facts, slices: slices.length }
  }
  if (delta === undefined) {
    return { kind: 'unchanged', takenAt: snapshot.takenAt, pass: snapshot.pass, facts, slices: 0 }
  }
  const { changed, ...rest } = delta
  slices = slicesOf(changed)
  return { kind: 'delta', delta: rest, facts, slices: slices.length }
}
