import type { SocketUse } from '../model/forest.ts'
import type { HostSample } from '../model/host.ts'
import type { ProcessSample } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'
import { rowsAt, rowsToCount, type UnixRows, type UnixTable } from '../model/unix-table.ts'

const CONNECTING = 2
const CONNECTED = 3
/** With fewer references the peer is gone: see UnixRow. */
const REFERENCES_WITH_PEER = 3

/** The rows that a process's network namespace shows; `undefined` when they could not be read. */
export function rowsFor(host: HostSample, process: ProcessSample): { table: UnixTable; rows: UnixRows } | undefined {
  const id = process.detail === undefined ? null : valueOf(process.detail.unixTable)
  const table = host.unixTables.find((candidate) => candidate.id === id)
  return table?.rows.kind === 'known' ? { table, rows: table.rows.value } : undefined
}

export const isListening = (rows: UnixRows, path: string): boolean => rowsAt(rows, path).some((row) => row.listening)

/** @param isAnothers whether a socket is known to be somewhere else, in spite of its name. */
export const hasListener = (rows: UnixRows, path: string, isAnothers: (inode: number) => boolean): boolean =>
  rowsAt(rows, path).some(({ inode }) => inode !== null && !isAnothers(inode))

/** @param candidates where the shim's socket may be, the likeliest first. */
export function socketUse(host: HostSample, process: ProcessSample, candidates: Iterable<string>): SocketUse {
  const found = rowsFor(host, process)
  if (found === undefined) return { path: null, connections: null, unaccepted: null, source: null }
  for (const path of candidates) {
    const rows = rowsToCount(found.rows, path)
    const listeners = rows.filter((row) => row.listening).length
    if (listeners === 0) continue
    const source = found.table.source
    // Two listeners with one name live in two mount namespaces: whose connections these are can't be told.
    if (listeners > 1) return { path, connections: null, unaccepted: null, source }
    return {
      path,
      connections: rows.filter((row) => row.state === CONNECTED && row.references >= REFERENCES_WITH_PEER).length,
      unaccepted: rows.filter((row) => row.state === CONNECTING).length,
      source,
    }
  }
  return { path: null, connections: null, unaccepted: null, source: found.table.source }
}
