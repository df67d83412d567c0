import type { HostSample } from '../core/model/host.ts'
import type { InterestOf, ProcessSample, Wanted } from '../core/model/process.ts'
import { mapReading, valueOf } from '../core/model/reading.ts'
import { carriedList } from '../core/model/same.ts'
import * as hostFiles from '../core/procfs/host-files.ts'
import { BareStates } from './collect-bare-states.ts'
import { collectBundleMounts } from './collect-bundle-mounts.ts'
import { Bundles } from './collect-bundles.ts'
import { Details, text } from './collect-detail.ts'
import { collectDirectories } from './collect-directories.ts'
import { EmptyCgroups } from './collect-empty-cgroups.ts'
import { collectEngineStates } from './collect-engine-states.ts'
import { collectFreezers } from './collect-freezers.ts'
import { Origins } from './collect-origins.ts'
import { Processes } from './collect-processes.ts'
import { StaleRootfsSearch } from './collect-stale-rootfs.ts'
import { Survivors } from './collect-survivors.ts'
import { UnixTables } from './collect-unix-tables.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import { Tally } from './tally.ts'
import { hasUnseenParent } from './unseen-parents.ts'

/** A process that is older has long been where it belongs: engines move containers, and exec, within seconds. */
const YOUNG_MS = 10_000

/** What is read of a host beside its processes and itself. */
type Around = Pick<
  HostSample,
  | 'unixTables'
  | 'bundles'
  | 'bundleMounts'
  | 'bundleRemnants'
  | 'origins'
  | 'survivors'
  | 'engineStates'
  | 'staleRootfs'
  | 'emptyCgroups'
  | 'bareStates'
  | 'freezers'
  | 'directories'
>

/**
 * Reads a host, pass by pass: the cheap files of all processes, then more of those that `interestOf` points at. It
 * concludes nothing; it remembers only what is written once. What is as it was in the last pass is the same object, up to
 * whole lists, so that whoever concludes sees at a glance what is new.
 */
export class Collector {
  readonly #source: ProcSource
  readonly #processes = new Processes()
  readonly #details = new Details()
  readonly #unixTables = new UnixTables()
  readonly #bundles = new Bundles()
  readonly #origins = new Origins()
  readonly #survivors = new Survivors()
  readonly #staleRootfs = new StaleRootfsSearch()
  readonly #emptyCgroups = new EmptyCgroups()
  readonly #bareStates = new BareStates()
  #looked: { readonly cheap: readonly ProcessSample[]; readonly wanted: ReadonlyMap<number, Wanted> } | undefined
  #around: Around | undefined
  #pageBytes: number | null = null
  readonly #turns: number
  #pass = 0

  /** @param turns in how many passes each process is read anew, where nothing hangs on it and nothing happens beside it. */
  constructor(source: ProcSource, { turns = 1 }: { readonly turns?: number } = {}) {
    this.#source = source
    this.#turns = turns
  }

  /** @returns `false` when the source has no further moment. */
  async pass(interestOf: InterestOf): Promise<HostSample | false> {
    const moment = await this.#source.begin()
    if (moment === false) return false
    const startedMs = performance.now()
    const source = this.#source
    const tally = new Tally()
    const read = (path: string) => text(tally.count('host', source.read(path)))

    const uptimeMs = valueOf(mapReading(read('/proc/uptime'), hostFiles.parseUptime))
    const bootedAtMs = valueOf(mapReading(text(source.readWhole('/proc/stat', TABLE_BYTES)), hostFiles.parseBootTime))
    this.#pass += 1
    const { processes: cheap, unreadable } = this.#processes.collect(source, tally, {
      turns: this.#turns,
      pass: this.#pass,
      youngSinceTicks: ((uptimeMs ?? 0) - YOUNG_MS) / 10,
      isWatched: (pid) => this.#looked?.wanted.has(pid) === true,
    })
    const wanted = this.#looked?.cheap === cheap ? this.#looked.wanted : interestOf(cheap)
    this.#looked = { cheap, wanted }
    // Where no clock of the kernel can be read, whoever started last is as old as the node surely is, and no more.
    const upMs = uptimeMs ?? (bootedAtMs === null ? youngestMs(cheap) : moment.takenAtMs - bootedAtMs)
    const processes = this.#details.collect(source, tally, cheap, wanted)
    const around = this.#collectAround(tally, processes, wanted, moment.takenAtMs)
    // Memory of this process tells nothing about the node but the size of a page, and that never changes.
    this.#pageBytes ??= valueOf(mapReading(read('/proc/self/smaps'), hostFiles.parsePageBytes))

    return {
      source: source.kind,
      node: valueOf(read('/proc/sys/kernel/hostname'))?.trim() ?? 'unknown',
      bootId: valueOf(read('/proc/sys/kernel/random/boot_id'))?.trim() ?? 'unknown',
      takenAtMs: moment.takenAtMs,
      uptimeMs: upMs,
      bootedAtMs: bootedAtMs ?? moment.takenAtMs - upMs,
      pageBytes: this.#pageBytes,
      pidMax: valueOf(mapReading(read('/proc/sys/kernel/pid_max'), hostFiles.parseInteger)),
      threads: valueOf(mapReading(read('/proc/loadavg'), hostFiles.parseThreadCount)),
      // Every pid namespace has a process 1: where it is not shown, others may be hidden too (hidepid). proc(5)
      complete:
        unreadable === 0 &&
        !moment.mayHide &&
        processes.some((process) => process.pid === 1) &&
        !hasUnseenParent(source, cheap),
      processes,
      ...around,
      bundlesListed: this.#bundles.listed,
      reads: tally.reads,
      denied: tally.denied,
      durationMs: performance.now() - startedMs,
    }
  }

  #collectAround(
    tally: Tally,
    processes: readonly ProcessSample[],
    wanted: ReadonlyMap<number, Wanted>,
    takenAtMs: number,
  ): Around {
    const source = this.#source
    const closer = processes.filter(({ detail }) => detail !== undefined)
    const strays = closer.filter(({ pid }) => wanted.get(pid)?.interest === 'stray')
    const initPids = pidsLookedAt(closer)

    const unixTables = this.#unixTables.collect(source, tally, closer)
    const bundleMounts = collectBundleMounts(source, tally, closer, strays)
    const kept = this.#bundles.collect(source, tally, closer, wanted, takenAtMs)
    const { remnants } = this.#bundles
    const origins = this.#origins.collect(source, tally, strays)
    const storageOf = this.#origins.storageOf.bind(this.#origins)
    const left = this.#bundles.collectOfStrays(source, tally, strays, bundleMounts, storageOf, kept, takenAtMs)
    const around: Around = {
      unixTables,
      bundles: [...kept, ...left],
      bundleMounts,
      bundleRemnants: remnants,
      origins,
      survivors: this.#survivors.collect(source, tally, processes, strays, origins),
      engineStates: collectEngineStates(source, tally, processes, initPids, kept),
      staleRootfs: this.#staleRootfs.collect(source, tally, processes, initPids, kept, remnants),
      emptyCgroups: this.#emptyCgroups.collect(source, tally, processes),
      bareStates: this.#bareStates.collect(source, tally, closer, strays),
      freezers: collectFreezers(source, tally, closer, wanted),
      directories: collectDirectories(source, tally, closer, wanted),
    }
    const before = this.#around
    this.#around = before === undefined ? around : carriedAround(before, around)
    return this.#around
  }
}

const youngestMs = (processes: readonly ProcessSample[]): number =>
  processes.reduce((latest, { startTicks }) => Math.max(latest, startTicks), 0) * 10

const carriedAround = (before: Around, now: Around): Around =>
  Object.fromEntries(
    Object.entries(now).map(([name, list]) => [
      name,
      carriedList(before[name as keyof Around] as readonly unknown[], list),
    ]),
  ) as unknown as Around

/** Pids, in whatever pid namespace, of all that was looked at closely: the living inits of containers are among them. */
function pidsLookedAt(closer: readonly ProcessSample[]): ReadonlySet<number> {
  const pids = new Set<number>()
  for (const { pid, detail } of closer) {
    pids.add(pid)
    if (detail?.innerPids.kind === 'known') for (const inner of detail.innerPids.value) pids.add(inner)
  }
  return pids
}
