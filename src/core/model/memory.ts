import type { Forest } from './forest.ts'
import type { ProcessKey, ProcessSample, Usage } from './process.ts'
import type { Snapshot } from './snapshot.ts'
import type { Silence } from './verdict.ts'

/** Measurements of a shim or a container, kept between their refreshes so that a quiet node stays quiet. */
export interface Measured {
  readonly rssBytes: number | null
  readonly threads: number | null
  readonly cpuSeconds: number | null
  readonly processes: number
  /** Uptime at which a shim's usage was read; `null` for what is a sum of many. */
  readonly readAtMs: number | null
}

/** One life of a daemon that was seen. */
export interface DaemonLife {
  readonly key: ProcessKey
  readonly pid: number
  readonly program: string
  /** Key of the container that it ran in. */
  readonly within: string | null
  /** Uptime at which it was first missed; `null` while it lives. */
  readonly endedMs: number | null
  /** Where it was seen to listen, if it came to that. */
  readonly addresses: readonly string[]
}

/** Who is to reap a zombie. */
export type Reaper = 'container-init' | 'shim' | 'init' | 'other'

/**
 * A forest whose tree is brought up to date in place while only bystanders come and go: a node has thousands of these,
 * and how things hang together is found anew only where somebody of consequence changes.
 */
export interface Followed {
  /** Those whom the tree shows by now; a forest that was handed out earlier may have been of others. */
  processes: readonly ProcessSample[]
  /** Pids that something hangs on, and of all above them. */
  readonly hinges: ReadonlySet<number>
}

/** The forest of the last pass. */
export interface Grown {
  readonly forest: Forest
  /**
   * What brings it up to date without growing it anew; `undefined` where it would not be the same if it were grown again
   * from the same sample: something in it waits for time or for what a pass left.
   */
  readonly followed: Followed | undefined
  /** Zombies of the node by who should reap them. */
  readonly zombies: Readonly<Record<Reaper, number>>
}

/** How much of a command line is shown: all but known forms of credentials, or only which program it is. */
export type Redaction = 'secrets' | 'strict'

/** All that one pass leaves to the next. */
export interface Memory {
  readonly run: string
  readonly graceMs: number
  /** How often measurements are refreshed. */
  readonly measureEveryMs: number
  readonly redaction: Redaction
  readonly snapshot: Snapshot | null
  /** Verdict witness to the uptime at which it was first seen. */
  readonly since: ReadonlyMap<string, number>
  readonly measured: ReadonlyMap<string, Measured>
  readonly measuredAtUptimeMs: number | null
  /** Wall clock at boot as first read: it drifts with the clock, and start times must not. */
  readonly bootedAtMs: number | null
  /**
   * Uptime at which the clock was last found to have been set, or nobody to have looked: what is older tells no age since
   * then, be it a file or a process.
   */
  readonly clockSetAtUptimeMs: number | null
  /** Both clocks of the last pass, to tell whether the node slept since, or nobody looked. */
  readonly lookedAt: { readonly uptimeMs: number; readonly awakeMs: number } | null
  /** Addresses that a daemon was seen to listen at. */
  readonly addresses: ReadonlyMap<ProcessKey, readonly string[]>
  /** The latest lives of each daemon, the oldest first; what names a daemon across its lives is its command line. */
  readonly daemonLives: ReadonlyMap<string, readonly DaemonLife[]>
  readonly grown: Grown | null
  readonly silence: Silence | null
}

/** What a verdict may ask about earlier passes. */
export interface Past extends Pick<Memory, 'daemonLives' | 'measured'> {
  /** What a process takes, which is brought up to date in place: asked for here, so that it is known who asks. */
  usageOf(process: ProcessSample): Usage
}

export const newMemory = (options: {
  run: string
  graceMs: number
  measureEveryMs: number
  redaction?: Redaction
}): Memory => ({
  redaction: 'secrets',
  ...options,
  snapshot: null,
  since: new Map(),
  measured: new Map(),
  measuredAtUptimeMs: null,
  bootedAtMs: null,
  clockSetAtUptimeMs: null,
  lookedAt: null,
  addresses: new Map(),
  daemonLives: new Map(),
  grown: null,
  silence: null,
})
