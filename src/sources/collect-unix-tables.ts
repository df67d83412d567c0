import { parseUnixSockets } from '../core/procfs/unix-sockets.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import { saysTheSame, type UnixTable } from '../core/model/unix-table.ts'
import type { Attention } from './attention.ts'
import { text } from './collect-detail.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import { isTurn } from './rhythm.ts'
import type { Tally } from './tally.ts'

interface Parsed {
  readonly bytes: Buffer
  readonly table: UnixTable
}

/**
 * `net/unix` of each network namespace that a keeper is in: one table each, whose inode tells them apart. The kernel
 * walks all sockets of the namespace for it, so that where nothing stirs it has its turn as keepers have.
 */
export class UnixTables {
  #parsed: ReadonlyMap<number, Parsed> = new Map()
  #closer: readonly ProcessSample[] = []
  #tables: readonly UnixTable[] = []

  /** @param closer the very list of the last pass where none of them changed. */
  collect(
    source: ProcSource,
    tally: Tally,
    closer: readonly ProcessSample[],
    attention: Attention,
  ): readonly UnixTable[] {
    const { look, concern, rhythm } = attention
    const stirs = closer !== this.#closer || look === 'closely' || concern.size > 0
    if (!stirs && !isTurn(0, rhythm.keepers, attention)) return this.#tables
    this.#closer = closer
    this.#tables = this.#read(source, tally, closer)
    return this.#tables
  }

  #read(source: ProcSource, tally: Tally, closer: readonly ProcessSample[]): UnixTable[] {
    const tables = new Map<number, UnixTable>()
    const parsed = new Map<number, Parsed>()
    for (const { pid, detail } of closer) {
      const id = detail === undefined ? null : valueOf(detail.unixTable)
      if (id === null || tables.has(id)) continue
      const path = `/proc/${pid}/net/unix`
      const read = tally.count('net/unix', source.readWhole(path, TABLE_BYTES))
      if (read.kind === 'gone') continue
      const before = this.#parsed.get(id)
      // Thousands of rows, which on a quiet node are the same to the byte.
      const isSame = read.kind === 'known' && before?.bytes.equals(read.value) === true
      const table = isSame ? before.table : tableOf(id, path, read, before?.table)
      tables.set(id, table)
      if (isSame) parsed.set(id, before)
      else if (read.kind === 'known') parsed.set(id, { bytes: Buffer.from(read.value), table })
    }
    this.#parsed = parsed
    return [...tables.values()]
  }
}

function tableOf(id: number, source: string, read: Reading<Buffer>, before: UnixTable | undefined): UnixTable {
  const rows = mapReading(text(read), parseUnixSockets)
  return before !== undefined && saysTheSame(before.rows, rows) ? before : { id, source, rows }
}
