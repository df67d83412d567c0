import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../src/commands/command.ts'
import { run } from '../../src/commands/run.ts'

/** A folder that goes away with the test. */
export function folder(): {
  readonly path: string
  write(name: string, text: string): string
  [Symbol.dispose](): void
} {
  const path = mkdtempSync(join(tmpdir(), 'shimscope-'))
  return {
    path,
    write(name, text) {
      const file = join(path, name)
      writeFileSync(file, text)
      return file
    },
    [Symbol.dispose]() {
      rmSync(path, { recursive: true })
    },
  }
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command as `main` would. */
export async function shimscope(argv: readonly string[], over: Partial<Io> = {}): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const code = await run(argv, {
    env: {},
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    untilStopped: () => new AbortController().signal,
    terminal: () => undefined,
    onHangup() {},
    outliveReaders() {},
    ...over,
  })
  return { code, out: out.join(''), err: err.join('') }
}

/** `serve` in this process, at a port of its own, until it is closed. */
export async function serving(...argv: string[]): Promise<{ readonly url: string; close(): Promise<Ran> }> {
  const stop = new AbortController()
  let begun: (line: string) => void
  const welcome = new Promise<string>((resolve) => {
    begun = resolve
  })
  const ended = shimscope(['serve', '--web.listen-address', '127.0.0.1:0', ...argv], {
    stdout: { write: (text) => begun(text) },
    untilStopped: () => stop.signal,
  })
  const line = await Promise.race([welcome, ended.then(({ err }) => Promise.reject(new Error(err)))])
  return {
    url: /https?:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0] ?? '',
    close() {
      stop.abort()
      return ended
    },
  }
}

const id = 'ab'.repeat(32)
const bundle = `/run/containerd/io.containerd.runtime.v2.task/k8s.io`
const address = '/run/containerd/containerd.sock'

const stat = (pid: number, comm: string, ppid: number, startTicks: number, state = 'S'): string =>
  `-- /proc/${pid}/stat --\n${pid} (${comm}) ${state} ${ppid} ${pid} ${pid} 0 -1 4194560 0 0 0 0 1 1 0 0 20 0 1 0 ${startTicks} 1000 100 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`

/** A node with one shim whose bundle is gone, and that keeps nothing: constructed, containerd 1.6. */
export function leakedShim(uptimeSeconds: number): string {
  const bootedAt = Date.parse('2026-09-01T00:00:00Z')
  const at = new Date(bootedAt + uptimeSeconds * 1_000).toISOString()
  return `== ${at} ==
-- /proc/uptime --
${uptimeSeconds.toFixed(2)} 1.00
-- /proc/stat --
btime ${bootedAt / 1_000}
-- /proc/sys/kernel/hostname --
node-1
${stat(1, 'systemd', 0, 1)}-- /proc/1/cmdline --
/sbin/init␀␄
-- /proc/1/cgroup --
0::/init.scope
-- /proc/1/ns/pid -> pid:[4026531836] --
-- /proc/1/ns/mnt -> mnt:[4026531840] --
-- /proc/1/net/unix facts inode=4026532008 nlink=1 changed=2026-09-01T00:00:00Z --
${stat(812, 'containerd', 1, 100)}-- /proc/812/cmdline --
/usr/bin/containerd␀␄
-- /proc/812/cgroup --
0::/system.slice/containerd.service
-- /proc/812/exe -> /usr/bin/containerd --
-- /proc/812/ns/pid -> pid:[4026531836] --
-- /proc/812/ns/mnt -> mnt:[4026531840] --
-- /proc/812/net/unix facts inode=4026532008 nlink=1 changed=2026-09-01T00:00:00Z --
-- /proc/812/fd/4 -> socket:[100] --
${unixTable(812)}${stat(9075, 'containerd-shim', 1, 200)}-- /proc/9075/cmdline --
/usr/bin/containerd-shim-runc-v2␀-namespace␀k8s.io␀-id␀${id}␀-address␀${address}␀␄
-- /proc/9075/cgroup --
0::/system.slice/containerd.service
-- /proc/9075/status --
Name:	containerd-shim
NSpid:	9075
-- /proc/9075/exe -> /usr/bin/containerd-shim-runc-v2 --
-- /proc/9075/cwd -> ${bundle}/.${id} (deleted) --
-- /proc/9075/cwd facts inode=7 nlink=0 changed=2026-09-01T00:01:00Z --
-- /proc/9075/ns/pid -> pid:[4026531836] --
-- /proc/9075/ns/mnt -> mnt:[4026531840] --
-- /proc/9075/ns/net -> net:[4026531992] --
-- /proc/9075/net/unix facts inode=4026532008 nlink=1 changed=2026-09-01T00:00:00Z --
${unixTable(9075)}`
}

const unixTable = (pid: number): string => `-- /proc/${pid}/net/unix --
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 100 ${address}
0000000000000000: 00000002 00000000 00010000 0001 01 200 /run/containerd/s/0a43a4fca8d9c5a5fb4fa8dcbc5b7a5b7cfdaf1a3ad8f34b4dfc9f8c6b8ff0e4
`

/** Nothing but init. */
export const emptyNode = `== 2026-09-01T00:10:00.000Z ==
-- /proc/uptime --
600.00 1.00
-- /proc/stat --
btime 1788220800
-- /proc/sys/kernel/hostname --
node-2
${stat(1, 'init', 0, 1)}-- /proc/1/cmdline --
/sbin/init␀␄
-- /proc/1/cgroup --
0::/
`
