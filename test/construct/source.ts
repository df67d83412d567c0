import { denied, gone, known, malformed, type Reading } from '../../src/core/model/reading.ts'
import type { ProcSource } from '../../src/sources/proc-source.ts'
import { filesOf, type FileTree, numberOf } from './files.ts'
import type { NodeDescription } from './node.ts'
import { complete, type CompleteProcess, type Namespaces, namespacesOf } from './processes.ts'
import { cgroupText, cmdlineText, mountinfoText, statText, statusText, threadStatText } from './texts.ts'
import { unixTables, type UnixTables } from './unix-tables.ts'

const KERNEL_MOUNTS = 'node'

/** Answers as a node of that description would: all of it, so that a recorder can note what was asked for. */
export function constructedSource(node: NodeDescription): ProcSource {
  const takenAtMs = Date.parse(node.takenAt ?? '2026-09-01T03:12:00.000Z')
  const uptimeSeconds = node.uptimeSeconds ?? 864_000
  const processes = complete(node, uptimeSeconds)
  const namespaces = namespacesOf(processes)
  const tables = unixTables(processes)
  const trees = filesOf(node)
  const byPid = new Map(processes.map((process) => [process.pid, process]))
  const hostFiles = new Map(Object.entries(hostTexts(node, processes, takenAtMs, uptimeSeconds)))
  const treeOf = (mntns: string): FileTree => trees(node.mountCopies?.[mntns] ?? mntns)

  return {
    kind: 'archive',
    begin: async () => ({ takenAtMs, mayHide: false }),
    list(path) {
      if (path === '/proc') return known(processes.map(({ pid }) => String(pid)))
      const at = locate(path)
      if (at === undefined) return treeOf(KERNEL_MOUNTS).list(path)
      if (at.directory !== undefined)
        return at.directory.deleted ? known([]) : at.directory.tree.list(at.directory.path)
      if (at.rest === 'fd') return known([...descriptors(at.process).keys()])
      if (at.rest === 'task') return known(threadIds(at.process).map(String))
      return gone
    },
    read: readFile,
    readWhole: (path, limitBytes) => {
      const reading = readFile(path)
      return reading.kind === 'known' && reading.value.length > limitBytes
        ? malformed('longer than its limit')
        : reading
    },
    link(path) {
      const at = locate(path)
      if (at === undefined) return gone
      const { process, rest } = at
      if (process.state === 'Z' && !rest.startsWith('ns/')) return gone
      if (rest === 'exe') return process.exe === undefined ? gone : known(process.exe)
      if (rest === 'cwd') return known(process.cwd)
      if (rest.startsWith('ns/')) return linkOfNamespace(namespaces, process, rest.slice('ns/'.length))
      if (rest.startsWith('fd/')) {
        const target = descriptors(process).get(rest.slice('fd/'.length))
        return target === undefined ? gone : known(target)
      }
      return malformed('EINVAL')
    },
    facts(path) {
      const at = locate(path)
      if (at === undefined) return treeOf(KERNEL_MOUNTS).facts(path, takenAtMs)
      if (at.rest === 'net/unix')
        return known({ inode: namespaces.inode('unix', at.process.netns), nlink: 1, changedMs: takenAtMs })
      if (at.directory === undefined) return gone
      const { tree, path: inside, deleted } = at.directory
      if (!deleted) return tree.facts(inside, takenAtMs)
      const secondsAgo = at.process.cwdDeletedSecondsAgo ?? 600
      return known({ inode: numberOf(inside), nlink: 0, changedMs: takenAtMs - secondsAgo * 1000 })
    },
  }

  function readFile(path: string): Reading<Buffer> {
    const own = node.files?.[path] ?? hostFiles.get(path)
    if (own !== undefined) return known(Buffer.from(own))
    const at = locate(path)
    if (at === undefined) return treeOf(KERNEL_MOUNTS).read(path)
    if (at.directory !== undefined) return at.directory.deleted ? gone : at.directory.tree.read(at.directory.path)
    const text = textOf(at.process, at.rest)
    return text === undefined ? gone : typeof text === 'string' ? known(Buffer.from(text)) : text
  }

  function textOf(process: CompleteProcess, rest: string): string | Reading<never> | undefined {
    const told = process.files?.[rest]
    if (told !== undefined) return told
    switch (rest) {
      case 'stat':
        return statText(process)
      case 'status':
        return statusText(process, node.tellsInnerPids !== false)
      case 'cgroup':
        return cgroupText(process, node.cgroups ?? 'v2')
      case 'cmdline':
        return cmdlineText(process)
      case 'wchan':
        return process.wchan ?? (process.state === 'R' ? denied : 'ep_poll')
      case 'net/unix':
        return tables.textOf(process.netns)
      case 'mountinfo':
        return process.state === 'Z' ? undefined : mountinfoText(treeOf(process.mntns))
    }
    const tid = /^task\/(\d+)\/stat$/.exec(rest)?.[1]
    return tid === undefined ? undefined : threadStatText(process, Number(tid))
  }

  function descriptors(process: CompleteProcess): ReadonlyMap<string, string> {
    if (process.state === 'Z') return new Map()
    return describeDescriptors(process, tables)
  }

  /** What a path below `/proc/<pid>` is about: the process itself, or a directory that it works in or sees. */
  function locate(
    path: string,
  ):
    | { process: CompleteProcess; rest: string; directory?: { tree: FileTree; path: string; deleted: boolean } }
    | undefined {
    const [, pid, rest = ''] = /^\/proc\/(\d+)\/(.*)$/.exec(path) ?? []
    const process = pid === undefined ? undefined : byPid.get(Number(pid))
    if (process === undefined) return undefined
    const [, start, below = ''] = /^(cwd|root)((?:\/.*)?)$/.exec(rest) ?? []
    if (start === undefined || process.state === 'Z') return { process, rest }
    const from = start === 'root' ? '/' : process.cwd.replace(/ \(deleted\)$/, '')
    const inside = normal(`${from}/${below}`)
    const deleted = start === 'cwd' && process.cwd.endsWith(' (deleted)') && inside === from
    return { process, rest, directory: { tree: treeOf(process.mntns), path: inside, deleted } }
  }
}

const normal = (path: string): string => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const threadIds = ({ pid, threads }: CompleteProcess): number[] => Array.from({ length: threads }, (_, at) => pid + at)

function linkOfNamespace(namespaces: Namespaces, process: CompleteProcess, kind: string): Reading<string> {
  // A zombie has left its mount and net namespaces; its pid namespace shows until it is reaped.
  if (process.state === 'Z' && kind !== 'pid') return gone
  const name =
    kind === 'pid' ? process.pidns : kind === 'mnt' ? process.mntns : kind === 'net' ? process.netns : undefined
  return name === undefined ? gone : known(`${kind}:[${namespaces.inode(kind as 'pid' | 'mnt' | 'net', name)}]`)
}

function describeDescriptors(process: CompleteProcess, tables: UnixTables): Map<string, string> {
  const sockets = tables.inodesOf(process.pid)
  return new Map([
    ['0', '/dev/null'],
    ['1', `socket:[${numberOf(`journal ${process.pid}`)}]`],
    ['2', `socket:[${numberOf(`journal ${process.pid}`)}]`],
    ['3', 'anon_inode:[eventpoll]'],
    ...sockets.map((inode, at): [string, string] => [String(at + 4), `socket:[${inode}]`]),
  ])
}

function hostTexts(
  node: NodeDescription,
  processes: readonly CompleteProcess[],
  takenAtMs: number,
  uptimeSeconds: number,
): Record<string, string> {
  const threads = processes.reduce((sum, process) => sum + process.threads, 0)
  const last = Math.max(...processes.map(({ pid }) => pid))
  return {
    '/proc/uptime': `${uptimeSeconds.toFixed(2)} ${(uptimeSeconds * 3).toFixed(2)}\n`,
    '/proc/stat': `btime ${Math.floor(takenAtMs / 1000) - uptimeSeconds}\n`,
    '/proc/loadavg': `0.42 0.37 0.31 1/${threads} ${last}\n`,
    '/proc/self/smaps': 'KernelPageSize:        4 kB\n',
    '/proc/sys/kernel/hostname': 'node-1\n',
    '/proc/sys/kernel/random/boot_id': '6f1f9d3e-0b52-4c7e-9a51-0d8f4b6f2c11\n',
    '/proc/sys/kernel/pid_max': `${node.pidMax ?? 4_194_304}\n`,
  }
}
