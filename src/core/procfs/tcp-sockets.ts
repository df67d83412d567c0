/** A row of `/proc/<pid>/net/tcp` or `tcp6` that listens. */
export interface TcpListener {
  readonly port: number
  readonly inode: number
}

/** `sl local_address rem_address st … inode`, numbers in hex but the inode; state 0A is TCP_LISTEN. net/ipv4/tcp_ipv4.c, get_openreq4 */
const listener = /^ *\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+ +\d+ +\d+ (\d+) /

export function parseTcpListeners(text: string): readonly TcpListener[] | undefined {
  if (!/^ +sl +local_address /.test(text)) return undefined
  const found: TcpListener[] = []
  for (const line of text.split('\n')) {
    // A busy node has tens of thousands of connections, and they are none of ours.
    if (!line.includes(' 0A ')) continue
    const [, port, inode] = listener.exec(line) ?? []
    if (port !== undefined && inode !== undefined) found.push({ port: Number.parseInt(port, 16), inode: Number(inode) })
  }
  return found
}
