import { realpathSync } from 'node:fs'
import { inspectOnce, inspectUntilSure } from '../agent/run-passes.ts'
import type { PassOptions } from '../agent/pass-runner.ts'
import { grow } from '../core/forest/grow.ts'
import { inspect, interestOf } from '../core/inspect.ts'
import type { HostSample } from '../core/model/host.ts'
import { newMemory, type Redaction } from '../core/model/memory.ts'
import { baseName } from '../core/model/path.ts'
import type { InterestOf } from '../core/model/process.ts'
import type { Examination, WatchTrial } from '../core/model/sight.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import { type RedactArgv, redactions } from '../core/procfs/redact.ts'
import { runtimes } from '../core/runtimes/index.ts'
import { canonical } from '../core/runtimes/program.ts'
import { type OwnPass, ownPass } from '../core/sight/cross-check.ts'
import { fields } from '../core/sight/fields.ts'
import { BadInput } from '../sources/bad-input.ts'
import { Collector } from '../sources/collect.ts'
import { examine, type Reader, type Target } from '../sources/examine.ts'
import { tryInotify } from '../sources/inotify.ts'
import type { LivePaths } from '../sources/live.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { Followed } from '../sources/wake-ups.ts'
import { recorderOf } from '../sources/recorder.ts'
import { formatMoment } from '../sources/recording.ts'

type Inspecting = Omit<PassOptions, 'run'>

/** One moment, as it stands in a recording. */
export interface RecordedMoment extends Pick<HostSample, 'source' | 'node' | 'complete' | 'reads'> {
  readonly text: string
  readonly processes: number
}

/** What can be read, and of whom. */
export interface Sight {
  readonly examination: Examination
  readonly snapshot: Snapshot
  readonly showsKernelThreads: boolean
  /** `null`: not tried. */
  readonly watching: WatchTrial | null
  readonly kin: OwnPass
}

/**
 * What commands read that look once: here, or in a thread of their own. What they are given and what they answer can be
 * cloned. They throw a BadInput for what a person should change.
 */
export const readings = {
  inspection: (
    source: ProcSource,
    options: Inspecting,
  ): Promise<{ readonly snapshot: Snapshot; readonly processes: readonly Process[] }> => inspectOnce(source, options),

  sureInspection: (source: ProcSource, options: Inspecting): Promise<Snapshot> => inspectUntilSure(source, options),

  /** `undefined`: the recording that is read has no further one. */
  async moment(source: ProcSource, redaction: Redaction): Promise<RecordedMoment | undefined> {
    const recorder = recorderOf(source, recordedArgv(redaction))
    // A collector remembers what is written once; with a new one every moment is complete by itself.
    const host = await new Collector(recorder.source).pass(interestOf)
    const moment = recorder.moment()
    if (host === false || moment === undefined) return undefined
    const { node, complete, reads } = host
    return { source: host.source, node, complete, reads, text: formatMoment(moment), processes: host.processes.length }
  },

  async sight(
    source: ProcSource,
    { paths, reader }: { readonly paths: LivePaths; readonly reader: Omit<Reader, 'procfs'> },
  ): Promise<Sight> {
    const host = await lastPass(source, interestOf)
    if (host.processes.length === 0)
      throw new BadInput(`${paths.procfs} shows no process that can be read; give another with --path.procfs`)
    const procfs = source.kind === 'live' ? realpathSync(paths.procfs) : paths.procfs
    const { snapshot, processes } = inspect(host, newMemory({ run: 'doctor', graceMs: 0, measureEveryMs: 0 }))
    return {
      examination: examine(source, targetsIn(host, processes()), fields, { ...reader, procfs }),
      snapshot,
      showsKernelThreads: host.processes.some(({ kernelThread }) => kernelThread),
      watching: source.kind === 'live' ? await tryInotify(paths, seenBeside(source, snapshot)) : null,
      kin: kinIn(host),
    }
  },

  /** Parents and starts of all are enough to compare. */
  kin: async (source: ProcSource, _: null): Promise<OwnPass> => kinIn(await lastPass(source, () => new Map())),
} as const

export type Readings = typeof readings
export type ReadingName = keyof Readings
export type Given<N extends ReadingName> = Parameters<Readings[N]>[1]
export type Answered<N extends ReadingName> = Awaited<ReturnType<Readings[N]>>

const kinIn = ({ processes, bootedAtMs }: HostSample): OwnPass => ownPass(grow(processes), bootedAtMs)

/** Of the node now, or the last moment of a recording. */
async function lastPass(source: ProcSource, interest: InterestOf): Promise<HostSample> {
  const collector = new Collector(source)
  let last: HostSample | undefined
  for (;;) {
    const host = await collector.pass(interest)
    if (host === false) break
    last = host
    if (source.kind === 'live') break
  }
  if (last === undefined) throw new BadInput('there is nothing to look at: the recording holds no moment')
  return last
}

/** Kernel threads have nothing to read, and of a zombie nothing is left. */
function targetsIn(host: HostSample, processes: readonly Process[]): Target[] {
  const roles = new Map(processes.map(({ pid, role }) => [pid, role]))
  return host.processes.flatMap(({ pid, state, kernelThread }) => {
    const role = roles.get(pid) ?? 'other'
    if (kernelThread || state === 'Z' || state === 'X') return []
    const isOfRuntime = role !== 'other' && role !== 'workload'
    return { pid, isSleeping: state === 'S' || state === 'D', isOfRuntime, isShim: role === 'shim' }
  })
}

/** Where a bundle's file system does not answer, inotify would hang: the source is asked first, and can be given up. */
function seenBeside(source: ProcSource, { daemons, containers, shims }: Snapshot): Followed {
  return { daemons, containers, shims: shims.filter(({ pid }) => source.facts(`/proc/${pid}/cwd/..`).kind === 'known') }
}

/**
 * Of the runtimes' own programs a recording keeps the flags, or else it would tell nothing about them; of everybody
 * else, under `strict`, only the program.
 */
const recordedArgv =
  (redaction: Redaction): RedactArgv =>
  (argv) =>
    redactions[isOfRuntime(argv) ? 'secrets' : redaction](argv)

const isOfRuntime = ([program = '']: readonly string[]): boolean => {
  const name = canonical(baseName(program))
  return programs.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known))
}

const programs = runtimes.flatMap((runtime) => runtime.programs)
