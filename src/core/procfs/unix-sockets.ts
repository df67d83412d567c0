import type { UnixRow, UnixRows } from '../model/unix-table.ts'

/** `Num: RefCount Protocol Flags Type St Inode Path`, numbers in hex but the inode. proc(5), net/unix/af_unix.c */
const row = /^[0-9a-f]{8,16}: ([0-9A-F]{8}) [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} ([0-9A-F]{2}) +(\d+) (.+)$/

/** SO_ACCEPTCON as `__SO_ACCEPTCON` in include/linux/net.h */
const LISTENS = 0x10000

/**
 * Parses `/proc/<pid>/net/unix` into the rows that have a path, by path. An accepted connection carries the path of
 * its listener, which is what makes connections countable.
 */
export function parseUnixSockets(text: string): UnixRows | undefined {
  if (!text.startsWith('Num')) return undefined
  const rows = new Map<string, UnixRow[]>()
  for (const line of text.split('\n')) {
    // Most sockets have no path, and their rows end after the inode: not worth a regular expression.
    if (line.indexOf('/') < 0 && line.indexOf('@') < 0) continue
    const [, references, flags, state, inode, path] = row.exec(line) ?? []
    if (references === undefined || flags === undefined || state === undefined || path === undefined) continue
    const listening = (Number.parseInt(flags, 16) & LISTENS) !== 0
    const found: UnixRow = {
      listening,
      state: Number.parseInt(state, 16),
      references: Number.parseInt(references, 16),
      inode: listening ? Number(inode) : null,
    }
    const others = rows.get(path)
    if (others === undefined) rows.set(path, [found])
    else others.push(found)
  }
  return rows
}
