import type { Listening, NodeDescription, ProcessDescription } from './node.ts'

/** A process with everything that its description left out. */
export interface CompleteProcess extends ProcessDescription {
  readonly ppid: number
  readonly comm: string
  readonly state: NonNullable<ProcessDescription['state']>
  readonly threads: number
  readonly pgrp: number
  readonly session: number
  readonly startTicks: number
  readonly cgroup: string
  readonly innerPids: readonly number[]
  readonly pidns: string
  readonly mntns: string
  readonly netns: string
  readonly cwd: string
  readonly sockets: readonly Listening[]
}

/** Parents before children; process 1 is added where nobody described it. */
export function complete(node: NodeDescription, uptimeSeconds: number): CompleteProcess[] {
  const described = node.processes.some(({ pid }) => pid === 1)
    ? node.processes
    : [
        { pid: 1, argv: ['/sbin/init'], comm: 'systemd', exe: '/usr/lib/systemd/systemd', cgroup: '/init.scope' },
        ...node.processes,
      ]
  const waiting = new Map(described.map((process) => [process.pid, process]))
  if (waiting.size !== described.length) throw new Error('two processes of one pid')
  const done = new Map<number, CompleteProcess>()
  const finish = (process: ProcessDescription): void => {
    if (done.has(process.pid)) return
    const ppid = process.ppid ?? (process.pid === 1 ? 0 : 1)
    const above = waiting.get(ppid)
    if (above === undefined && ppid !== 0)
      throw new Error(`process ${process.pid}: its parent ${ppid} is not described`)
    if (above !== undefined) finish(above)
    done.set(process.pid, completed(process, ppid, done.get(ppid), uptimeSeconds))
  }
  for (const process of described) finish(process)
  return [...done.values()].sort((a, b) => a.pid - b.pid)
}

function completed(
  process: ProcessDescription,
  ppid: number,
  above: CompleteProcess | undefined,
  uptimeSeconds: number,
): CompleteProcess {
  const { pid, argv, ageSeconds } = process
  const innerPids = process.innerPids ?? (above?.innerPids ?? []).map((inner) => inner + pid - ppid)
  const opens = process.innerPids?.at(-1) === 1
  const own = `of ${pid}`
  const first = argv[0] ?? ''
  return {
    ...process,
    ppid,
    comm: process.comm ?? first.slice(first.lastIndexOf('/') + 1).slice(0, 15),
    state: process.state ?? 'S',
    threads: process.threads ?? 1,
    pgrp: process.pgrp ?? pid,
    session: process.session ?? (opens || ppid <= 1 ? pid : (above?.session ?? pid)),
    startTicks:
      ageSeconds === undefined ? (above?.startTicks ?? 0) + 2 : Math.round((uptimeSeconds - ageSeconds) * 100),
    cgroup: process.cgroup ?? above?.cgroup ?? '/',
    innerPids,
    pidns: process.pidns ?? (opens ? own : (above?.pidns ?? 'node')),
    mntns: process.mntns ?? (opens ? own : (above?.mntns ?? 'node')),
    netns: process.netns ?? above?.netns ?? 'node',
    ...(process.exe === undefined && !first.startsWith('/') ? {} : { exe: process.exe ?? first }),
    cwd: process.cwd ?? '/',
    sockets: (process.listens ?? []).map((listening) =>
      typeof listening === 'string' ? { path: listening } : listening,
    ),
  }
}

export interface Namespaces {
  inode(kind: 'pid' | 'mnt' | 'net' | 'unix', name: string): number
}

/** The node's own have the kernel's fixed numbers; others are numbered as they come. include/linux/proc_ns.h */
export function namespacesOf(processes: readonly CompleteProcess[]): Namespaces {
  const inodes = new Map([
    ['pid node', 0xeffffffc],
    ['mnt node', 0xeffffff0 + 0x10],
    ['net node', 0xeffffff0 + 0xa8],
    ['unix node', 0xf0000098],
  ])
  let next = 0xf0000100
  for (const { pidns, mntns, netns } of processes) {
    for (const key of [`pid ${pidns}`, `mnt ${mntns}`, `net ${netns}`, `unix ${netns}`]) {
      if (!inodes.has(key)) inodes.set(key, next++)
    }
  }
  return {
    inode(kind, name) {
      const inode = inodes.get(`${kind} ${name}`)
      if (inode === undefined) throw new Error(`no process is in the ${kind} namespace ${name}`)
      return inode
    },
  }
}
