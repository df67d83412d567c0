import type { LinkTarget } from '../model/process.ts'

const DELETED = ' (deleted)'

/** Parses what `exe` or `cwd` points at. The kernel marks a path without a name with a suffix. d_path in fs/d_path.c */
export function parseLink(target: string): LinkTarget {
  const deleted = target.endsWith(DELETED)
  return { path: deleted ? target.slice(0, -DELETED.length) : target, deleted }
}

/** Parses `ns/*`, e.g. `pid:[4026531836]`, or a socket's descriptor, e.g. `socket:[24565]`: the inode. namespaces(7) */
export function parseInodeLink(target: string): number | undefined {
  const inode = /^\w+:\[(\d+)\]$/.exec(target)?.[1]
  return inode === undefined ? undefined : Number(inode)
}

/** The first namespaces have fixed inodes. include/linux/proc_ns.h, PROC_USER_INIT_INO and PROC_PID_INIT_INO */
export const firstNamespace = { user: 0xeffffffd, pid: 0xeffffffc } as const
