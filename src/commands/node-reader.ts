import { HungReading, TooManyHang } from '../agent/hung-reading.ts'
import { ReadingThread } from '../agent/reading-thread.ts'
import type { Settings } from '../config.ts'
import { printable } from '../outputs/text/printable.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Io } from './command.ts'
import type { LookAnswer, LookQuestion } from './look-worker.ts'
import type { Played } from './played.ts'
import type { Answered, Given, ReadingName } from './readings.ts'

/** Of the node, or of what stands for it, as the settings say. */
export interface NodeReader {
  /** Throws a BadInput. */
  read<N extends ReadingName>(name: N, given: Given<N>): Promise<Answered<N>>
  close(): Promise<void>
}

/** One look is one question; the patience with it is that of the daemon at its shortest interval. */
const ONCE_MS = 0

/**
 * A node is read in a thread of its own, since the kernel may hold whoever reads of a process: what hangs is given up,
 * said, and left out. A recording and ps are read here.
 */
export async function nodeReader(settings: Settings, played: Played | undefined, io: Io): Promise<NodeReader> {
  const { source, procfs, cgroupfs, nodeName } = settings
  if (played !== undefined || source === 'ps' || io.lookScript === undefined) return await readerHere(settings, played)

  const paths = { procfs, cgroupfs, nodeName }
  const thread = new ReadingThread<LookQuestion, LookAnswer>(io.lookScript, () => ({ paths }), ONCE_MS)
  return {
    async read<N extends ReadingName>(reading: N, given: Given<N>) {
      for (;;) {
        const answer = await thread
          .ask({ reading, given, leftAlone: thread.leftAlone() })
          .catch((error: unknown) => error as Error)
        if (answer instanceof TooManyHang) throw new BadInput(answer.message)
        if (answer instanceof HungReading) io.stderr.write(`shimscope: ${printable(answer.message)}\n`)
        else if (answer instanceof Error) throw answer
        else if (answer.kind === 'read') return answer.answer as Answered<N>
        else throw answer.kind === 'bad-input' ? new BadInput(answer.reason) : new Error(answer.reason)
      }
    },
    close: () => thread.close(),
  }
}

async function readerHere(settings: Settings, played: Played | undefined): Promise<NodeReader> {
  const [{ readings }, { sourceOf }] = await Promise.all([import('./readings.ts'), import('./source.ts')])
  const source = sourceOf(settings, played)
  return {
    read<N extends ReadingName>(name: N, given: Given<N>) {
      const read = readings[name] as (from: typeof source, given: unknown) => Promise<unknown>
      return read(source, given) as Promise<Answered<N>>
    },
    close: async () => {},
  }
}
