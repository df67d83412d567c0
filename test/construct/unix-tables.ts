import type { CompleteProcess } from './processes.ts'

const HEADER = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
const LISTENER = { references: 2, flags: 0x10000, state: 1 }

export interface UnixTables {
  /** `net/unix` as a network namespace shows it. */
  textOf(netns: string): string
  /** Of the listening sockets that a process holds open. */
  inodesOf(pid: number): readonly number[]
}

/** Rows of `net/unix`: a listener, and one for each accepted connection, with the listener's path. net/unix/af_unix.c */
export function unixTables(processes: readonly CompleteProcess[]): UnixTables {
  const texts = new Map<string, string>()
  const held = new Map<number, number[]>()
  let inode = 20_000
  for (const { pid, netns, sockets } of processes) {
    let rows = texts.get(netns) ?? HEADER
    for (const { path, accepted = 0, connecting = 0, departed = 0 } of sockets) {
      inode += 1
      held.set(pid, [...(held.get(pid) ?? []), inode])
      rows += rowOf({ ...LISTENER, inode }, path)
      for (let at = 0; at < accepted + departed; at += 1) {
        inode += 2
        rows += rowOf({ references: at < accepted ? 3 : 2, flags: 0, state: 3, inode }, path)
        // The client's end has no name.
        if (at < accepted) rows += rowOf({ references: 3, flags: 0, state: 3, inode: inode - 1 }, '')
      }
      for (let at = 0; at < connecting; at += 1) rows += rowOf({ references: 3, flags: 0, state: 2, inode: 0 }, path)
    }
    texts.set(netns, rows)
  }
  return {
    textOf: (netns) => texts.get(netns) ?? HEADER,
    inodesOf: (pid) => held.get(pid) ?? [],
  }
}

function rowOf(
  { references, flags, state, inode }: { references: number; flags: number; state: number; inode: number },
  path: string,
): string {
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')
  const address = (0xffff8880_00000000n + BigInt(inode) * 0x440n).toString(16)
  const row = `${address}: ${hex(references, 8)} 00000000 ${hex(flags, 8)} 0001 ${hex(state, 2)} ${inode}`
  return `${row}${path === '' ? '' : ` ${path}`}\n`
}
