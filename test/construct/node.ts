import { Collector } from '../../src/sources/collect.ts'
import type { Archive } from '../../src/sources/archive.ts'
import { redactArgv } from '../../src/core/procfs/redact.ts'
import { recorderOf } from '../../src/sources/recorder.ts'
import { formatRecording } from '../../src/sources/recording.ts'
import { interestOf } from '../../src/core/inspect.ts'
import { constructedSource } from './source.ts'

/**
 * A process, in the few words that matter; what is left out is as on an ordinary node: it inherits its parent's
 * namespaces and cgroup, and started right after its parent.
 */
export interface ProcessDescription {
  readonly pid: number
  /** 1 unless told; 0 for process 1. */
  readonly ppid?: number
  /** Empty: a kernel thread, or a zombie. */
  readonly argv: readonly string[]
  /** The base name of argv[0], cut to 15 bytes, unless told. */
  readonly comm?: string
  /** `S` unless told. */
  readonly state?: 'R' | 'S' | 'D' | 'T' | 'Z'
  readonly threads?: number
  /** How long ago it started. */
  readonly ageSeconds?: number
  readonly pgrp?: number
  readonly session?: number
  /** One path for all hierarchies, or the whole text of the file. A zombie's v1 lines become `/`, as the kernel has it. */
  readonly cgroup?: string
  /**
   * Its pids in the namespaces below the node's own, the outermost first. Ending in 1 it opens a pid namespace and a
   * mount namespace of its own; left out, it has its parent's, and pids as far from its parent's as outside.
   */
  readonly innerPids?: readonly number[]
  /** Names of namespaces: those with one name are one. */
  readonly pidns?: string
  readonly mntns?: string
  readonly netns?: string
  /** argv[0] where that is a path, unless told; ` (deleted)` behind it is the kernel's. */
  readonly exe?: string
  /** `/` unless told. ` (deleted)` behind it: its directory has no name any more, and is empty. */
  readonly cwd?: string
  readonly cwdDeletedSecondsAgo?: number
  readonly wchan?: string
  readonly rssKilobytes?: number
  /** Processor time, user and system. */
  readonly cpuSeconds?: number
  /** Sockets that it listens at and holds open. */
  readonly listens?: readonly (string | Listening)[]
  /** stat's PF_EXITING: it has begun to exit and cannot finish. */
  readonly exiting?: boolean
  /** The other threads' states, where they differ from its own. */
  readonly threadStates?: readonly ('R' | 'S' | 'D' | 'Z')[]
  /** More of its files, by their names below `/proc/<pid>/`. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Listening {
  readonly path: string
  /** Accepted connections with a living peer. */
  readonly accepted?: number
  /** Connections not accepted yet (St 02). */
  readonly connecting?: number
  /** Accepted connections whose peer is gone: their reference count is 2. */
  readonly departed?: number
}

/** An OCI bundle. Whoever works in it, or beside it, can read it through its own cwd; everybody through its own root. */
export interface BundleDescription {
  readonly path: string
  /** `null`: there is no config.json. */
  readonly config?: ConfigDescription | null
  readonly initPid?: number
  /** Other files in it, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Whether `<path>/rootfs` is a mount, as containerd makes it; it is unless told. */
  readonly mounted?: boolean
  /** Name of the mount namespace that it is in. */
  readonly mntns?: string
}

export interface ConfigDescription {
  readonly args?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly cgroupsPath?: string
  readonly hostname?: string
  /** True unless told. */
  readonly ownPidNamespace?: boolean
}

export interface NodeDescription {
  readonly processes: readonly ProcessDescription[]
  readonly bundles?: readonly BundleDescription[]
  /** Other files, by absolute path: of the node's own mount namespace, of `/proc`, of `/sys/fs/cgroup`. */
  readonly files?: Readonly<Record<string, string>>
  /** `v2` unless told. */
  readonly cgroups?: 'v1' | 'hybrid' | 'v2'
  /** Mount namespaces that show what another one does: a copy, as a process takes along that leaves its own. */
  readonly mountCopies?: Readonly<Record<string, string>>
  /** Paths of frozen cgroups. */
  readonly frozen?: readonly string[]
  /** Whether `status` has NSpid: kernels before 4.1 do not. */
  readonly tellsInnerPids?: boolean
  readonly takenAt?: string
  readonly uptimeSeconds?: number
  readonly pidMax?: number
}

export interface Constructed {
  /** Name of the recording. */
  readonly name: string
  /** What it is made from, with the public source. The lines `Constructed: …` and `Verdicts: …` must be among it. */
  readonly story: string
  readonly moments: readonly NodeDescription[]
}

/** The recording that `shimscope record` would write on such a node: what the collector reads, and nothing else. */
export async function construct({ story, moments }: Constructed): Promise<string> {
  const archives: Archive[] = []
  for (const moment of moments) {
    const { source, moment: noted } = recorderOf(constructedSource(moment), redactArgv)
    // A collector remembers what it has read before; every moment of a recording is complete by itself.
    await new Collector(source).pass(interestOf)
    const archive = noted()
    if (archive !== undefined) archives.push(archive)
  }
  return formatRecording({ story, moments: archives })
}
