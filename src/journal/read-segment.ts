import { readFile } from 'node:fs/promises'
import { setImmediate as breathe } from 'node:timers/promises'
import type { NodeEvent } from '../core/model/event.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { apply } from '../core/snapshot/apply.ts'
import { thick } from '../core/snapshot/patch.ts'
import { magic, unframe, unpackEntry, unpackHead } from './record.ts'
import type { Flaw } from './segment-files.ts'

/** The node after one record of the journal, and what happened with it. */
export interface JournalMoment {
  readonly before: Snapshot | undefined
  readonly snapshot: Snapshot
  readonly events: readonly NodeEvent[]
}

/** So many records are read before other work has its turn. */
const AT_ONCE = 32

/**
 * The moments of one segment, in the order in which they were written: within a segment no time goes back. What cannot
 * be read ends it, and is told; so does a segment that was removed meanwhile, in silence. A signal that aborts is thrown
 * when other work has had its turn.
 */
export async function* readSegment(
  path: string,
  flawed: (flaw: Flaw) => void,
  signal?: AbortSignal,
): AsyncGenerator<JournalMoment> {
  const segment = await contentOf(path)
  if (segment === undefined) return
  let at = magic.length
  if (!segment.subarray(0, at).equals(magic)) return flawed({ kind: 'torn', bytes: segment.length })
  let snapshot: Snapshot | undefined
  let dictionary: Buffer | undefined
  for (let index = 0; ; index += 1) {
    const found = unframe(segment, at)
    if (found.kind === 'end') return
    if (found.kind !== 'record') return flawed(found)
    if (index % AT_ONCE === AT_ONCE - 1) {
      await breathe()
      signal?.throwIfAborted()
    }
    if (index === 1) {
      const unpacked = unpackHead(found.payload)
      dictionary = unpacked.dictionary
      snapshot = unpacked.head.snapshot
      yield { before: undefined, snapshot, events: unpacked.head.events }
    } else if (snapshot !== undefined && dictionary !== undefined) {
      const entry = unpackEntry(found.payload, dictionary)
      const before: Snapshot = snapshot
      const { seq, takenAt, pass } = entry
      snapshot =
        entry.type === 'still'
          ? { ...before, takenAt, pass }
          : { ...before, seq, takenAt, pass, ...apply(before, thick(entry, before)) }
      yield { before, snapshot, events: entry.type === 'still' ? [] : entry.events }
    }
    at = found.end
  }
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
