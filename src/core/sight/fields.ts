import type { CapabilityName, FieldName, Probe } from '../model/sight.ts'

export interface Field {
  readonly name: FieldName
  /** Who is asked for it in a pass. */
  readonly of: string
  /** What is not known without it. */
  readonly tells: string
  /**
   * What a reader of another user needs. None: everybody may, unless the procfs hides processes. Links and wchan ask
   * for PTRACE_MODE_READ, which CAP_SYS_PTRACE grants (ptrace(2), "Ptrace access mode checking"); what lies behind a
   * link is a directory of its owner, which CAP_DAC_READ_SEARCH opens (capabilities(7)). Measured, too.
   */
  readonly needs: readonly CapabilityName[]
  /** Tried on processes of several owners, on shims, or once on the node; all probes must be open. */
  readonly triedOn: 'processes' | 'shims' | 'node'
  readonly probes: readonly Probe[]
  /** The paths of a recording that it covers. */
  readonly covers: RegExp
}

const aFile = (name: string): Pick<Field, 'triedOn' | 'probes' | 'covers'> => ({
  triedOn: 'processes',
  probes: [{ how: 'read', path: name }],
  covers: new RegExp(`^/proc/\\d+/${name}$`),
})

/** Every field that is read, the ones that everything rests on first. */
export const fields: readonly Field[] = [
  {
    name: 'stat',
    of: 'every process',
    tells: 'that a process is there at all, its parent, its start, its state',
    needs: [],
    ...aFile('stat'),
  },
  {
    name: 'status',
    of: 'runtimes and what they keep',
    tells: 'pids inside containers, by which a bundle names its first process',
    needs: [],
    ...aFile('status'),
  },
  {
    name: 'cgroup',
    of: 'every process',
    tells: 'which container a process is in, and that one without a keeper is a container',
    needs: [],
    ...aFile('cgroup'),
  },
  {
    name: 'cmdline',
    of: 'every process',
    tells: 'which runtime a process belongs to, and what a shim keeps for whom',
    needs: [],
    ...aFile('cmdline'),
  },
  {
    name: 'exe',
    of: 'daemons, shims, engines',
    tells: 'whether a program is what it calls itself, and whether its binary was replaced',
    needs: ['CAP_SYS_PTRACE'],
    triedOn: 'processes',
    probes: [{ how: 'link', path: 'exe' }],
    covers: /^\/proc\/\d+\/exe$/,
  },
  {
    name: 'cwd',
    of: 'shims, engines',
    tells: 'the bundle of a shim, whether it was deleted and when; ids of shims that are started without one',
    needs: ['CAP_SYS_PTRACE'],
    triedOn: 'processes',
    probes: [{ how: 'link', path: 'cwd' }],
    // What is behind the link goes with it.
    covers: /^\/proc\/\d+\/cwd(?:\/|$)/,
  },
  {
    name: 'root',
    of: 'keepers that name a bundle or have a virtual machine, parents of containers without a keeper',
    tells: 'bundles that are found by a path on a command line or in a mount table; whether a machine is meant to run',
    needs: ['CAP_SYS_PTRACE'],
    triedOn: 'processes',
    probes: [{ how: 'link', path: 'root' }],
    covers: /^\/proc\/\d+\/root(?:\/|$)/,
  },
  {
    name: 'ns/*',
    of: 'runtimes and what they keep',
    tells: 'which of two daemons with one address serves a shim; which nested node something is in',
    needs: ['CAP_SYS_PTRACE'],
    triedOn: 'processes',
    probes: [
      { how: 'link', path: 'ns/pid' },
      { how: 'link', path: 'ns/mnt' },
      { how: 'link', path: 'ns/net' },
    ],
    covers: /^\/proc\/\d+\/ns\//,
  },
  {
    name: 'fd',
    of: 'daemons',
    tells: 'at which addresses a daemon listens that its command line does not name',
    needs: ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'],
    triedOn: 'processes',
    probes: [
      { how: 'list', path: 'fd' },
      { how: 'link', path: 'fd/0' },
    ],
    covers: /^\/proc\/\d+\/fd(?:\/|$)/,
  },
  {
    name: 'net/unix',
    of: 'daemons, shims',
    tells: 'whether a daemon listens, and how many tasks of a shim it tracks',
    needs: [],
    ...aFile('net/unix'),
  },
  {
    name: 'mountinfo',
    of: 'containers without a keeper, their parents',
    tells: 'that a container had a keeper, and which pod it is of',
    needs: [],
    ...aFile('mountinfo'),
  },
  {
    name: 'wchan',
    of: 'engines, blocked processes',
    tells: 'what something that hangs waits for, as evidence',
    needs: ['CAP_SYS_PTRACE'],
    ...aFile('wchan'),
  },
  {
    name: 'task',
    of: 'zombies and blocked processes with threads',
    tells: 'whether a thread of it still lives',
    needs: [],
    triedOn: 'processes',
    probes: [{ how: 'list', path: 'task' }],
    covers: /^\/proc\/\d+\/task(?:\/|$)/,
  },
  {
    name: 'bundle',
    of: 'shims, through their working directory or root',
    tells: 'names, images, pods, exec sessions and states of containers; whether a creation was given up',
    needs: ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'],
    triedOn: 'shims',
    probes: [{ how: 'list', path: 'cwd' }],
    covers: /^\/proc\/\d+\/(?:cwd|root)\//,
  },
  {
    name: 'cgroupfs',
    of: 'first processes of containers',
    tells: 'whether a container is paused',
    needs: [],
    triedOn: 'node',
    probes: [{ how: 'list', path: '/sys/fs/cgroup' }],
    covers: /^\/sys\/fs\/cgroup\//,
  },
]
