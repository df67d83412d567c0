import { parseCgroupEvents, parseFreezerState } from '../core/procfs/freezer.ts'
import * as hostFiles from '../core/procfs/host-files.ts'
import { storedBundle } from '../core/model/bundle-path.ts'
import { baseName } from '../core/model/path.ts'
import { mountedAt, parseBundleMounts, parseOrigin } from '../core/procfs/mountinfo.ts'
import { parseUnixSockets } from '../core/procfs/unix-sockets.ts'
import type {
  BundleMount,
  BundleSample,
  DirectorySample,
  FreezerSample,
  HostSample,
  Origin,
  UnixTable,
} from '../core/model/host.ts'
import type { InterestOf, ProcessKey, ProcessSample, Wanted } from '../core/model/process.ts'
import { mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import { BareStates } from './collect-bare-states.ts'
import { Bundles, idIn } from './collect-bundles.ts'
import { collectSocketInodes, Details, text } from './collect-detail.ts'
import { EmptyCgroups } from './collect-empty-cgroups.ts'
import { collectEngineStates } from './collect-engine-states.ts'
import { Processes } from './collect-processes.ts'
import { StaleRootfsSearch } from './collect-stale-rootfs.ts'
import { Survivors } from './collect-survivors.ts'
import { Waits } from './collect-waits.ts'
import type { ProcSource } from './proc-source.ts'
import { Tally } from './tally.ts'

const TABLE_BYTES = 64 * 1024 * 1024
/** A daemon may open another socket while it lives; its descriptors are many, so they are read again only now and then. */
const PASSES_BETWEEN_DESCRIPTORS = 30

/**
 * Reads a host, pass by pass: the cheap files of all processes, then more of those that `interestOf` points at. It
 * concludes nothing; it remembers only what is written once.
 */
export class Collector {
  readonly #source: ProcSource
  readonly #processes = new Processes()
  readonly #bundles = new Bundles()
  readonly #details = new Details()
  readonly #emptyCgroups = new EmptyCgroups()
  readonly #staleRootfs = new StaleRootfsSearch()
  readonly #survivors = new Survivors()
  readonly #waits = new Waits()
  readonly #bareStates = new BareStates()
  #sockets = new Map<ProcessKey, { readonly inodes: Reading<ReadonlySet<number>>; readonly pass: number }>()
  #origins = new Map<ProcessKey, FoundOrigin>()
  #pageBytes: number | null = null
  #pass = 0

  constructor(source: ProcSource) {
    this.#source = source
  }

  /** @returns `false` when the source has no further moment. */
  async pass(interestOf: InterestOf): Promise<HostSample | false> {
    const moment = await this.#source.begin()
    if (moment === false) return false
    const startedMs = performance.now()
    this.#pass += 1
    const source = this.#source
    const tally = new Tally()
    const read = (path: string) => text(tally.count('host', source.read(path)))

    const uptimeMs = valueOf(mapReading(read('/proc/uptime'), hostFiles.parseUptime))
    const bootedAtMs = valueOf(mapReading(text(source.readWhole('/proc/stat', TABLE_BYTES)), hostFiles.parseBootTime))
    const { processes: cheap, unreadable } = this.#processes.collect(source, tally)
    const wanted = interestOf(cheap)
    const closer = cheap.map((process) => {
      const want = wanted.get(process.pid)
      return want === undefined
        ? process
        : { ...process, detail: this.#details.collect(source, tally, process, want.interest) }
    })
    this.#details.endPass()
    const unixTables = collectUnixTables(source, tally, closer)
    const processes = this.#waits.collect(source, tally, this.#withSockets(tally, closer, wanted), wanted)
    const bundleMounts = collectBundleMounts(source, tally, processes, wanted)
    const bundles = this.#bundles.collect(source, tally, processes, wanted, moment.takenAtMs)
    const origins = this.#originsOf(tally, processes, wanted)
    const strayBundles = this.#bundlesOfStrays(tally, processes, wanted, bundleMounts, bundles, moment.takenAtMs)
    const initPids = pidsLookedAt(processes)
    // Memory of this process tells nothing about the node but the size of a page, and that never changes.
    this.#pageBytes ??= valueOf(mapReading(read('/proc/self/smaps'), hostFiles.parsePageBytes))

    return {
      source: source.kind,
      node: valueOf(read('/proc/sys/kernel/hostname'))?.trim() ?? 'unknown',
      bootId: valueOf(read('/proc/sys/kernel/random/boot_id'))?.trim() ?? 'unknown',
      takenAtMs: moment.takenAtMs,
      uptimeMs: uptimeMs ?? moment.takenAtMs - (bootedAtMs ?? 0),
      bootedAtMs: bootedAtMs ?? moment.takenAtMs - (uptimeMs ?? 0),
      pageBytes: this.#pageBytes,
      pidMax: valueOf(mapReading(read('/proc/sys/kernel/pid_max'), hostFiles.parseInteger)),
      threads: valueOf(mapReading(read('/proc/loadavg'), hostFiles.parseThreadCount)),
      // Every pid namespace has a process 1: where it is not shown, others may be hidden too (hidepid). proc(5)
      complete: unreadable === 0 && processes.some((process) => process.pid === 1),
      processes,
      unixTables,
      bundles: [...bundles, ...strayBundles],
      bundleMounts,
      bundlesListed: this.#bundles.listed,
      bundleRemnants: this.#bundles.remnants,
      origins,
      survivors: this.#survivors.collect(source, tally, processes, wanted, origins),
      engineStates: collectEngineStates(source, tally, processes, initPids, bundles),
      staleRootfs: this.#staleRootfs.collect(source, tally, processes, initPids, bundles, this.#bundles.remnants),
      emptyCgroups: this.#emptyCgroups.collect(source, tally, processes),
      bareStates: this.#bareStates.collect(source, tally, processes, wanted),
      freezers: collectFreezers(source, tally, processes, wanted),
      directories: collectDirectories(source, tally, processes, wanted),
      reads: tally.reads,
      denied: tally.denied,
      durationMs: performance.now() - startedMs,
    }
  }

  #withSockets(
    tally: Tally,
    processes: readonly ProcessSample[],
    wanted: ReadonlyMap<number, Wanted>,
  ): readonly ProcessSample[] {
    const living = new Map<ProcessKey, { inodes: Reading<ReadonlySet<number>>; pass: number }>()
    const result = processes.map((process) => {
      if (process.detail === undefined || wanted.get(process.pid)?.interest !== 'daemon') return process
      let sockets = this.#sockets.get(process.key)
      if (sockets === undefined || this.#pass - sockets.pass >= PASSES_BETWEEN_DESCRIPTORS || this.#isYoung(sockets)) {
        sockets = { inodes: collectSocketInodes(this.#source, tally, process.pid), pass: this.#pass }
      }
      living.set(process.key, sockets)
      return { ...process, detail: { ...process.detail, socketInodes: sockets.inodes } }
    })
    this.#sockets = living
    return result
  }

  /** Nothing to listen with yet: a daemon that starts opens its sockets last. */
  #isYoung(sockets: { readonly inodes: Reading<ReadonlySet<number>> }): boolean {
    return sockets.inodes.kind === 'known' && sockets.inodes.value.size < 4
  }

  /** A root is mounted before its first process starts, so one look at each process is enough. */
  #originsOf(tally: Tally, processes: readonly ProcessSample[], wanted: ReadonlyMap<number, Wanted>): Origin[] {
    const living = new Map<ProcessKey, FoundOrigin>()
    for (const process of processes) {
      if (wanted.get(process.pid)?.interest !== 'stray' || process.state === 'Z') continue
      living.set(process.key, this.#origins.get(process.key) ?? this.#originOf(tally, process))
    }
    this.#origins = living
    return [...living.values()].flatMap(({ origin }) => origin ?? [])
  }

  #originOf(tally: Tally, { pid, ppid, key }: ProcessSample): FoundOrigin {
    const table = (of: number) =>
      valueOf(text(tally.count('mountinfo', this.#source.readWhole(`/proc/${of}/mountinfo`, TABLE_BYTES))))
    const own = table(pid)
    const found = own === null ? undefined : parseOrigin(own)
    if (found === undefined) return {}
    const { storage, ...origin } = found
    const above = storage === undefined || ppid === 0 ? null : table(ppid)
    return {
      origin: { key, source: `/proc/${pid}/mountinfo`, ...origin },
      storage: storage === undefined || above === null ? undefined : mountedAt(above, storage),
    }
  }

  #bundlesOfStrays(
    tally: Tally,
    processes: readonly ProcessSample[],
    wanted: ReadonlyMap<number, Wanted>,
    mounts: readonly BundleMount[],
    bundles: readonly BundleSample[],
    takenAtMs: number,
  ): BundleSample[] {
    const seen = new Set(bundles.map(({ path }) => path))
    const found: BundleSample[] = []
    for (const process of processes) {
      if (wanted.get(process.pid)?.interest !== 'stray' || process.cgroup.kind !== 'known') continue
      const { path: cgroup } = process.cgroup.value
      const id = baseName(cgroup)
      const mounted = mounts
        .map(({ path }) => path)
        .filter((path) => baseName(path).includes(id) || id.includes(baseName(path)))
      const storage = this.#origins.get(process.key)?.storage
      const stored = storage === undefined ? undefined : idIn(cgroup)
      for (const path of storage === undefined || stored === undefined
        ? mounted
        : [...mounted, storedBundle(storage, stored)]) {
        if (seen.has(path)) continue
        seen.add(path)
        found.push(this.#bundles.collectAt(this.#source, tally, process.ppid, path, takenAtMs))
      }
    }
    return found
  }
}

interface FoundOrigin {
  readonly origin?: Origin
  /** The directory in containers/storage where its container has one, as its parent sees it. */
  readonly storage?: string | undefined
}

/** Pids, in whatever pid namespace, of all that was looked at closely: the living inits of containers are among them. */
function pidsLookedAt(processes: readonly ProcessSample[]): ReadonlySet<number> {
  const pids = new Set<number>()
  for (const { pid, detail } of processes) {
    if (detail === undefined) continue
    pids.add(pid)
    if (detail.innerPids.kind === 'known') for (const inner of detail.innerPids.value) pids.add(inner)
  }
  return pids
}

/** One table for each network namespace: the inode of the file tells them apart. */
function collectUnixTables(source: ProcSource, tally: Tally, processes: readonly ProcessSample[]): UnixTable[] {
  const tables = new Map<number, UnixTable>()
  for (const { pid, detail } of processes) {
    const id = valueOf(detail?.unixTable ?? { kind: 'unread' })
    if (id === null || tables.has(id)) continue
    const path = `/proc/${pid}/net/unix`
    const rows = mapReading(text(tally.count('net/unix', source.readWhole(path, TABLE_BYTES))), parseUnixSockets)
    if (rows.kind !== 'gone') tables.set(id, { id, source: path, rows })
  }
  return [...tables.values()]
}

/** Mounts as the parents of strays see them: where a container without a shim had its root file system. */
function collectBundleMounts(
  source: ProcSource,
  tally: Tally,
  processes: readonly ProcessSample[],
  wanted: ReadonlyMap<number, Wanted>,
): BundleMount[] {
  const parents = new Set<number>()
  for (const { pid, ppid, state } of processes) {
    if (state !== 'Z' && ppid > 0 && wanted.get(pid)?.interest === 'stray') parents.add(ppid)
  }
  const namespaces = new Map(
    processes.flatMap(({ pid, detail }) =>
      detail !== undefined && parents.has(pid) ? [[pid, detail.mountNamespace] as const] : [],
    ),
  )
  const seen = new Set<number>()
  return [...parents].flatMap((pid) => {
    const namespace = namespaces.get(pid)
    const inode = namespace === undefined ? null : valueOf(namespace)
    if (inode !== null && seen.has(inode)) return []
    if (inode !== null) seen.add(inode)
    const path = `/proc/${pid}/mountinfo`
    const mounts = mapReading(text(tally.count('mountinfo', source.readWhole(path, TABLE_BYTES))), (table) =>
      parseBundleMounts(table, path),
    )
    return valueOf(mounts) ?? []
  })
}

/** Directories outside of bundles, as the process sees them that they tell something about. */
function collectDirectories(
  source: ProcSource,
  tally: Tally,
  processes: readonly ProcessSample[],
  wanted: ReadonlyMap<number, Wanted>,
): DirectorySample[] {
  return processes.flatMap(({ pid, key }) =>
    (wanted.get(pid)?.directories ?? []).map((path) => {
      const at = `/proc/${pid}/root${path}`
      return { path, source: at, shim: key, facts: tally.count('root', source.facts(at)) }
    }),
  )
}

/** Whether containers are frozen; one file for each cgroup that a container's first process is in. */
function collectFreezers(
  source: ProcSource,
  tally: Tally,
  processes: readonly ProcessSample[],
  wanted: ReadonlyMap<number, Wanted>,
): FreezerSample[] {
  const freezers = new Map<string, FreezerSample>()
  for (const { pid, cgroup, state: letter } of processes) {
    const interest = wanted.get(pid)?.interest
    if ((interest !== 'root' && interest !== 'stray' && interest !== 'engine') || cgroup.kind !== 'known') continue
    const { path, controllers, unified } = cgroup.value
    if (path === '/' || path.includes('/../') || freezers.has(path)) continue
    // On a hybrid host the v1 freezer freezes, and cgroup.freeze of v2 stays 0.
    const v1 = controllers.get('freezer')
    // What the v1 freezer has frozen is in state D, so that anybody else need not be asked. kernel/freezer.c
    if (v1 !== undefined && letter !== 'D' && interest !== 'engine') continue
    const file =
      v1 === undefined ? `/sys/fs/cgroup${unified}/cgroup.events` : `/sys/fs/cgroup/freezer${v1}/freezer.state`
    const state = mapReading(
      text(tally.count('freezer', source.read(file))),
      v1 === undefined ? parseCgroupEvents : parseFreezerState,
    )
    freezers.set(path, { path, source: file, state })
  }
  return [...freezers.values()]
}
