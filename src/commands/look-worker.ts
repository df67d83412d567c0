import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadStart } from '../agent/reading-thread.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { type LivePaths, liveSource } from '../sources/live.ts'
import { noted, ReadingNote } from '../sources/noted.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import { type Answered, type Given, type ReadingName, readings } from './readings.ts'

export interface LookStart extends ThreadStart {
  readonly paths: LivePaths
}

export interface LookQuestion<N extends ReadingName = ReadingName> {
  readonly reading: N
  readonly given: Given<N>
  /** What hung lately is not to be touched. */
  readonly leftAlone: ReadonlySet<string>
}

export type LookAnswer<N extends ReadingName = ReadingName> =
  | { readonly kind: 'read'; readonly answer: Answered<N> }
  | { readonly kind: 'bad-input' | 'failed'; readonly reason: string }

/** The thread of a command that looks once: a reading that hangs holds nobody but this. */
const { paths, note: memory } = workerData as LookStart
const note = new ReadingNote(memory)
const leftAlone = new Set<string>()
const source = noted(liveSource(paths), note, leftAlone)

parentPort?.on('message', async (question: LookQuestion) => {
  parentPort?.postMessage(await answerTo(question))
})

async function answerTo({ reading, given, leftAlone: places }: LookQuestion): Promise<LookAnswer> {
  try {
    leftAlone.clear()
    for (const place of places) leftAlone.add(place)
    note.begin('/proc/stat')
    const obstacle = explainPaths(paths)
    note.end()
    if (obstacle !== undefined) return { kind: 'bad-input', reason: obstacle }
    const read = readings[reading] as (from: ProcSource, given: unknown) => Promise<Answered<ReadingName>>
    return { kind: 'read', answer: await read(source, given) }
  } catch (error) {
    if (error instanceof BadInput) return { kind: 'bad-input', reason: error.message }
    return { kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
