import type { HostSample } from '../core/model/host.ts'
import type { InterestOf, ProcessSample, Wanted } from '../core/model/process.ts'
import { mapReading, valueOf } from '../core/model/reading.ts'
import { carriedElements, carriedList, same } from '../core/model/same.ts'
import * as hostFiles from '../core/procfs/host-files.ts'
import type { Announced } from './announcements.ts'
import type { Attention, Look } from './attention.ts'
import { Audit } from './audit.ts'
import { BareStates } from './collect-bare-states.ts'
import { collectBundleMounts } from './collect-bundle-mounts.ts'
import { Bundles } from './collect-bundles.ts'
import { Details, text } from './collect-detail.ts'
import { Directories } from './collect-directories.ts'
import { EmptyCgroups } from './collect-empty-cgroups.ts'
import { EngineStates } from './collect-engine-states.ts'
import { Freezers } from './collect-freezers.ts'
import { Origins } from './collect-origins.ts'
import { Processes } from './collect-processes.ts'
import { StaleRootfsSearch } from './collect-stale-rootfs.ts'
import { Survivors } from './collect-survivors.ts'
import { UnixTables } from './collect-unix-tables.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import { everyPass, isTurn, type Rhythm } from './rhythm.ts'
import { Tally } from './tally.ts'
import { hasUnseenParent } from './unseen-parents.ts'

/** A process that is older has long been where it belongs: engines move containers, and exec, within seconds. */
const YOUNG_MS = 10_000

/** Wall clock and time since boot drift apart by less between two passes, unless the clock is set. */
const DRIFT_MS = 100

/** How to look in one pass. */
export interface Looking {
  readonly look?: Look
  /** Pids that are read whoever's turn it is. */
  readonly concern?: ReadonlySet<number>
  /** What the kernel told since the last pass; `undefined` where nobody listens, or not all of it was heard. */
  readonly announced?: Announced
}

const nobody: ReadonlySet<number> = new Set()

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
  readonly #engineStates = new EngineStates()
  readonly #freezers = new Freezers()
  readonly #directories = new Directories()
  readonly #audit = new Audit()
  readonly #tally = new Tally()
  #looked: { readonly processes: readonly ProcessSample[]; readonly wanted: ReadonlyMap<number, Wanted> } | undefined
  #around: Around | undefined
  #picked: Picked | undefined
  #pageBytes: number | null = null
  #booted: { readonly atMs: number; readonly clockMs: number } | undefined
  readonly #rhythm: Rhythm
  #pass = 0

  constructor(source: ProcSource, { rhythm = everyPass }: { readonly rhythm?: Rhythm } = {}) {
    this.#source = source
    this.#rhythm = rhythm
  }

  /** @returns `false` when the source has no further moment. */
  async pass(
    interestOf: InterestOf,
    { look = 'in turns', concern = nobody, announced }: Looking = {},
  ): Promise<HostSample | false> {
    const moment = await this.#source.begin()
    if (moment === false) return false
    const startedMs = performance.now()
    const source = this.#source
    const tally = this.#tally
    tally.begin()
    const read = (path: string) => text(tally.count('host', source.read(path)))

    const uptimeMs = valueOf(mapReading(read('/proc/uptime'), hostFiles.parseUptime))
    const bootedAtMs = this.#bootTime(moment.takenAtMs, uptimeMs)
    this.#pass += 1
    const attention: Attention & { wanted: Attention['wanted'] } = {
      rhythm: this.#rhythm,
      pass: this.#pass,
      // A bundle that came or went says something about its shim, and about what that keeps.
      look: look === 'closely' || this.#bundles.stir(source, tally) ? 'closely' : 'in turns',
      announced,
      wanted: this.#looked?.wanted ?? new Map(),
      concern,
      newSinceTicks: ((uptimeMs ?? 0) - this.#rhythm.settlingMs) / 10,
      youngSinceTicks: ((uptimeMs ?? 0) - YOUNG_MS) / 10,
      uptimeMs: uptimeMs ?? moment.takenAtMs - (bootedAtMs ?? 0),
    }
    const { processes: cheap, unreadable, unannounced } = this.#processes.collect(source, tally, attention)
    const wanted = this.#looked?.processes === cheap ? this.#looked.wanted : interestOf(cheap, this.#looked)
    this.#looked = { processes: cheap, wanted }
    // Where no clock of the kernel can be read, whoever started last is as old as the node surely is, and no more.
    const upMs = uptimeMs ?? (bootedAtMs === null ? youngestMs(cheap) : moment.takenAtMs - bootedAtMs)
    attention.wanted = wanted
    const processes = this.#details.collect(source, tally, cheap, attention)
    const around = this.#collectAround(tally, processes, attention, moment.takenAtMs)
    // Memory of this process tells nothing about the node but the size of a page, and that never changes.
    this.#pageBytes ??= valueOf(mapReading(read('/proc/self/smaps'), hostFiles.parsePageBytes))

    const sample: HostSample = {
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
      audit: this.#audit.collect(source, { processes, unannounced, bundles: around.bundles }, attention),
      reads: tally.reads,
      denied: tally.denied,
      durationMs: performance.now() - startedMs,
    }
    source.end?.()
    return sample
  }

  /** `/proc/stat` has a line for each CPU and a number for each interrupt: read again when a clock was set. */
  #bootTime(takenAtMs: number, uptimeMs: number | null): number | null {
    const clockMs = takenAtMs - (uptimeMs ?? 0)
    const before = this.#booted
    const isSteady = uptimeMs !== null && before !== undefined && Math.abs(before.clockMs - clockMs) < DRIFT_MS
    if (isSteady && !isTurn(0, this.#rhythm.texts, { rhythm: this.#rhythm, pass: this.#pass })) return before.atMs
    const file = this.#source.readWhole('/proc/stat', TABLE_BYTES)
    const atMs = valueOf(mapReading(text(file), hostFiles.parseBootTime))
    this.#booted = atMs === null ? undefined : { atMs, clockMs }
    return atMs
  }

  /** The very lists of the last pass where nobody in them changed, whoever else did. */
  #pickFrom(found: readonly ProcessSample[], wanted: ReadonlyMap<number, Wanted>): Picked {
    const before = this.#picked
    if (before?.found === found && before.wanted === wanted) return before
    const isWantedAsBefore = ({ pid }: ProcessSample) => same(before?.wanted.get(pid), wanted.get(pid))
    const closer = before?.found === found && !found.every(isWantedAsBefore) ? [...found] : found
    const areSame = closer === before?.closer
    const strays = closer.filter(({ pid }) => wanted.get(pid)?.interest === 'stray')
    this.#picked = {
      found,
      wanted,
      closer,
      strays: areSame ? carriedElements(before.strays, strays) : strays,
      initPids: areSame ? before.initPids : pidsLookedAt(closer),
    }
    return this.#picked
  }

  #collectAround(tally: Tally, processes: readonly ProcessSample[], attention: Attention, takenAtMs: number): Around {
    const source = this.#source
    const { closer, strays, initPids } = this.#pickFrom(this.#details.closer, attention.wanted)

    const unixTables = this.#unixTables.collect(source, tally, closer, attention)
    const bundleMounts = collectBundleMounts(source, tally, closer, strays)
    const kept = this.#bundles.collect(source, tally, closer, attention, takenAtMs)
    const { remnants } = this.#bundles
    const origins = this.#origins.collect(source, tally, strays)
    const storageOf = this.#origins.storageOf.bind(this.#origins)
    const left = this.#bundles.collectOfStrays(source, tally, strays, bundleMounts, storageOf, kept, takenAtMs)
    const around: Around = {
      unixTables,
      bundles: left.length === 0 ? kept : [...kept, ...left],
      bundleMounts,
      bundleRemnants: remnants,
      origins,
      survivors: this.#survivors.collect(source, tally, processes, strays, origins),
      engineStates: this.#engineStates.collect(source, tally, processes, initPids, kept),
      staleRootfs: this.#staleRootfs.collect(source, tally, processes, initPids, kept, remnants),
      emptyCgroups: this.#emptyCgroups.collect(source, tally, processes, attention),
      bareStates: this.#bareStates.collect(source, tally, closer, strays, attention),
      freezers: this.#freezers.collect(source, tally, closer, attention),
      directories: this.#directories.collect(source, tally, closer, attention),
    }
    const before = this.#around
    this.#around = before === undefined ? around : carriedAround(before, around)
    return this.#around
  }
}

const youngestMs = (processes: readonly ProcessSample[]): number =>
  processes.reduce((latest, { startTicks }) => Math.max(latest, startTicks), 0) * 10

/** Those that were looked at more closely. */
interface Picked {
  /** As they were found. */
  readonly found: readonly ProcessSample[]
  readonly wanted: ReadonlyMap<number, Wanted>
  /** Another list also where they are the same and something else is wanted of one of them. */
  readonly closer: readonly ProcessSample[]
  readonly strays: readonly ProcessSample[]
  /** See `pidsLookedAt`. */
  readonly initPids: ReadonlySet<number>
}

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
