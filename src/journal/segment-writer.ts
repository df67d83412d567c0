import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { NodeEvent } from '../core/model/event.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { dictionaryOf, type Entry, type Head, magic, type Opening, packEntry, packHead, packOpening } from './record.ts'

/** How a segment begins, packed. */
export interface Beginning {
  readonly openedAtMs: number
  readonly bytes: Buffer
  readonly dictionary: Buffer
}

export function packBeginning(snapshot: Snapshot, events: readonly NodeEvent[]): Beginning {
  const { node, run, seq, takenAt } = snapshot
  const opening: Opening = { type: 'opening', node, run, seq, takenAt }
  const json = Buffer.from(JSON.stringify({ type: 'head', snapshot, events } satisfies Head))
  return {
    openedAtMs: Date.parse(takenAt),
    bytes: Buffer.concat([magic, packOpening(opening), packHead(json)]),
    // Copied: the JSON of a large node need not live as long as its last part does.
    dictionary: Buffer.from(dictionaryOf(json)),
  }
}

/**
 * A segment that is being written. Each record is handed to the kernel before the call returns, so a process that is
 * killed loses none of them; nothing is forced to the disk.
 */
export class SegmentWriter {
  readonly path: string
  readonly openedAtMs: number
  readonly headBytes: number
  readonly #dictionary: Buffer
  #file: number | undefined
  #bytes: number

  /** Throws what open and write throw; there is no such file then. */
  constructor(path: string, { openedAtMs, bytes, dictionary }: Beginning) {
    this.path = path
    this.openedAtMs = openedAtMs
    this.headBytes = bytes.length
    this.#dictionary = dictionary
    this.#bytes = bytes.length
    // Never over a segment that is there: it may be another's.
    const file = openSync(path, 'wx', 0o600)
    try {
      writeAll(file, bytes)
    } catch (error) {
      closeSync(file)
      unlinkSync(path)
      throw error
    }
    this.#file = file
  }

  get bytes(): number {
    return this.#bytes
  }

  pack(entry: Entry): Buffer {
    return packEntry(entry, this.#dictionary)
  }

  /** Throws what write throws; the segment then ends with the record before, or with a torn one, which readers know. */
  append(record: Buffer): void {
    if (this.#file === undefined) throw new Error(`${this.path} is closed`)
    try {
      writeAll(this.#file, record)
    } catch (error) {
      try {
        ftruncateSync(this.#file, this.#bytes)
      } catch {
        // The disk that failed us may fail here too.
      }
      throw error
    }
    this.#bytes += record.length
  }

  close(): void {
    const file = this.#file
    this.#file = undefined
    try {
      if (file !== undefined) closeSync(file)
    } catch {
      // close(2) tells what became of earlier writes; the descriptor is gone all the same.
    }
  }
}

/** write(2) may take a part only; the next call then says why. */
function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}
