import type { Reading } from './reading.ts'

/** `pid@startTicks`: a pid alone is reused, the pair is unique within one boot. proc(5), stat fields 1 and 22. */
export type ProcessKey = `${number}@${number}`

export const processKey = (pid: number, startTicks: number): ProcessKey => `${pid}@${startTicks}`

/** The state letter of `/proc/<pid>/stat`. proc(5). */
export type ProcessState = 'R' | 'S' | 'D' | 'Z' | 'T' | 't' | 'X' | 'x' | 'I' | 'K' | 'W' | 'P' | '?'

/** Nothing but its entry is left of it, until somebody reaps it. */
export const isDead = ({ state }: { readonly state: ProcessState }): boolean => state === 'Z' || state === 'X'

/** It is dead, or cannot be stopped from dying. */
export const isEnding = (process: { readonly state: ProcessState; readonly exiting: boolean }): boolean =>
  process.exiting || isDead(process)

/** What `/proc/<pid>/stat` says, as far as we use it. Ticks are USER_HZ, 100 a second on Linux. */
export interface StatFields {
  readonly pid: number
  readonly comm: string
  readonly state: ProcessState
  readonly ppid: number
  readonly pgrp: number
  readonly session: number
  readonly kernelThread: boolean
  /** It has begun to exit and has not finished. A pid namespace's init waits in this state until all others are gone. */
  readonly exiting: boolean
  readonly cpuTicks: number
  readonly threads: number
  readonly startTicks: number
  readonly rssPages: number
}

/** `/proc/<pid>/cgroup`, shared between the processes whose file is the same to the byte. cgroups(7). */
export interface CgroupMembership {
  /** The unified (v2) path, or `null` on a pure v1 host. */
  readonly unified: string | null
  /** v1 controller, or `name=systemd`, to path. */
  readonly controllers: ReadonlyMap<string, string>
  /** The one path that tells the container: the deepest of unified, systemd, freezer, pids and the rest in that order. */
  readonly path: string
}

/** A `/proc` link. The kernel appends ` (deleted)` to a path that has no name any more. */
export interface LinkTarget {
  readonly path: string
  readonly deleted: boolean
}

/** Of the directory behind a link, also when it has no name any more. Times are the node's wall clock. */
export interface FileFacts {
  readonly inode: number
  readonly nlink: number
  readonly changedMs: number
}

export interface ThreadState {
  readonly tid: number
  readonly state: ProcessState
}

/** Read only of processes worth a closer look; every field says for itself whether it could be read. */
export interface ProcessDetail {
  /** `NSpid`: the pid in each pid namespace, the outermost first. */
  readonly innerPids: Reading<readonly number[]>
  readonly exe: Reading<LinkTarget>
  /** What is at the path of a shim's program now; read only where the running one has lost its name. */
  readonly successor: Reading<FileFacts>
  readonly cwd: Reading<LinkTarget>
  readonly cwdFacts: Reading<FileFacts>
  readonly mountNamespace: Reading<number>
  /**
   * Tells its network namespace: the inode of `ns/net`, or where that is denied of its `net/unix`, which differs between
   * network namespaces, is the same within one, and is readable without privilege.
   */
  readonly unixTable: Reading<number>
  /** Kernel function it sleeps in. */
  readonly wchan: Reading<string>
  /** The other threads of a zombie leader or a blocked process. */
  readonly threadStates: Reading<readonly ThreadState[]>
  /** Inodes of the sockets it holds open; only of daemons. */
  readonly socketInodes: Reading<ReadonlySet<number>>
}

/**
 * What a process takes. It changes all the time and nothing but measurements is drawn from it, so that it is brought up
 * to date in place, and a sample that is otherwise the same stays the same object from pass to pass.
 */
export interface Usage {
  cpuTicks: number
  threads: number
  rssPages: number
  /** Uptime at which it was read: rates are drawn from two readings. */
  readAtMs: number
}

export interface ProcessSample extends Omit<StatFields, keyof Usage | 'state'> {
  readonly key: ProcessKey
  /** Brought up to date in place as well where it goes from `S` to `R` or back, which means the same to us. */
  state: ProcessState
  readonly usage: Usage
  readonly cgroup: Reading<CgroupMembership>
  /** Empty for kernel threads and zombies; also when the memory could not be read in time, so emptiness proves nothing. */
  readonly argv: Reading<readonly string[]>
  readonly detail: ProcessDetail | undefined
}

/** How closely a process is to be read, as the recognition of its cheap files decides. */
export type Interest = 'daemon' | 'shim' | 'engine' | 'machine' | 'root' | 'stray' | 'zombie' | 'reaper' | 'blocked'

export interface Wanted {
  readonly interest: Interest
  /** Where its OCI bundle is: its working directory, or a path in its own root. */
  readonly bundle?: 'cwd' | { readonly path: string; readonly pidFile: string | null }
  /** It lives in a mount namespace of its own; what it works in is found beside others by its parent's. */
  readonly ownMounts?: true
  /** Directories, in its own root, of which only the being there matters. */
  readonly directories?: readonly string[]
}

/** Decides, from the cheap files of all processes, which to read more of. */
export type InterestOf = (
  processes: readonly ProcessSample[],
  /** What it last answered: the same again where nobody of consequence changed. */
  before?: { readonly processes: readonly ProcessSample[]; readonly wanted: ReadonlyMap<number, Wanted> },
) => ReadonlyMap<number, Wanted>
