import type { Reading } from './reading.ts'
import { same } from './same.ts'

/** One row of `/proc/net/unix` that has a path. unix(7): flag 0x10000 is a listener; St 01 unconnected, 02 connecting, 03 connected. */
export interface UnixRow {
  readonly listening: boolean
  readonly state: number
  /** Of a listener: what tells who holds it. Of a connection nothing hangs on it, and connections come and go. */
  readonly inode: number | null
  /**
   * A connected socket is held by its descriptor, its own hash entry and its peer: 3. Once the peer has closed it
   * reads 2, while state 03 stays until this side closes too: such a row is no connection. net/unix/af_unix.c,
   * unix_release_sock; seen with a stopped shim whose containerd was killed.
   */
  readonly references: number
}

export type UnixRows = ReadonlyMap<string, readonly UnixRow[]>

/** `net/unix` of one network namespace, by socket path (`@…` for abstract ones). */
export interface UnixTable {
  /** What `unixTable` of the processes in this network namespace is. */
  readonly id: number
  /** Where it was read: a path that a person can look at. */
  readonly source: string
  readonly rows: Reading<UnixRows>
}

/** /var/run is a link to /run, and either name may be bound. */
export function rowsAt(rows: UnixRows, path: string): readonly UnixRow[] {
  return rows.get(path) ?? (path.startsWith('/run/') ? rows.get(`/var${path}`) : undefined) ?? []
}

/**
 * Paths of which all was asked. To everything else that listens on a node, its journal and its bus, connections come and
 * go all the time, and nothing is concluded from them.
 */
const countedIn = new WeakMap<UnixRows, Set<string>>()

/** The rows at a path, for who counts the connections there: these tables are not the same where those differ. */
export function rowsToCount(rows: UnixRows, path: string): readonly UnixRow[] {
  const counted = countedIn.get(rows)
  if (counted === undefined) countedIn.set(rows, new Set([path]))
  else counted.add(path)
  return rowsAt(rows, path)
}

/** Whether all that was asked of the earlier rows would be answered the same: who listens where, and what was counted. */
export function saysTheSame(before: Reading<UnixRows>, now: Reading<UnixRows>): boolean {
  if (before.kind !== 'known' || now.kind !== 'known') return same(before, now)
  for (const path of countedIn.get(before.value) ?? []) {
    if (!same(rowsAt(before.value, path), rowsAt(now.value, path))) return false
  }
  return haveListenersOf(before.value, now.value) && haveListenersOf(now.value, before.value)
}

function haveListenersOf(rows: UnixRows, others: UnixRows): boolean {
  for (const [path, found] of others) {
    const there = rows.get(path)
    if (!found.every(({ inode }) => inode === null || there?.some((row) => row.inode === inode) === true)) return false
  }
  return true
}
