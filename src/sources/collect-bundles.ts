import { parseAddress, parseBootstrap, parseBundleConfig } from '../core/procfs/bundle.ts'
import { parseInteger } from '../core/procfs/host-files.ts'
import { bundleId, bundlesAround, isStored, storedBundle } from '../core/model/bundle-path.ts'
import { baseName, directoryOf } from '../core/model/path.ts'
import type { BundleMount, BundleRemnant, BundleSample } from '../core/model/host.ts'
import { mountsAround, mountsOf } from '../core/model/mounts.ts'
import type { FileFacts, ProcessKey, ProcessSample, Wanted } from '../core/model/process.ts'
import { gone, mapReading, type Reading, unread, valueOf } from '../core/model/reading.ts'
import { carried, same } from '../core/model/same.ts'
import type { Attention } from './attention.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import { isTurn } from './rhythm.ts'
import type { Tally } from './tally.ts'

/** A config.json with thousands of mounts and every syscall named stays below this. */
const CONFIG_BYTES = 4 * 1024 * 1024
const LINE_BYTES = 4096
/** Sessions of one bundle that are looked up; a bundle that was never tidied may hold tens of thousands. google/gvisor#6225 */
const MOST_SESSIONS = 64
const MOST_REMNANTS = 64
/** Where containerd keeps the bundles of one of its namespaces side by side: only there is it right to look at neighbours. */
const stateDirectory = /\/io\.containerd\.(?:runtime\.v[12]\.\w+|sandbox\.controller\.v1\.shim)\/[^/]+$/
/** A container id as containerd accepts it, so that no name leads out of the directory. pkg/identifiers/validate.go */
const identifier = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/

/** conmon's pid files; one that its command line names otherwise may be any file, and we keep away from it. */
const PID_FILE = 'pidfile'

type Written = Pick<BundleSample, 'config' | 'address' | 'sandboxId' | 'shimBinary' | 'initPid' | 'execPids' | 'files'>

interface Remembered {
  readonly written: Written
  /** When the directory last changed, as it was when its names were listed. */
  readonly changedMs: number
  /** The whole of it: what is the same again is the same object. */
  readonly sample: BundleSample
}

/** A directory may change twice within the resolution of its time: what is younger is listed again. */
const SETTLED_MS = 1_000

/** A directory as it was when it was listed: while it stays so, nothing came into it and nothing left it. */
interface Listed {
  readonly through: string
  readonly facts: Reading<FileFacts>
}

/**
 * Reads OCI bundles. What is written once is read once for as long as the directory lives, and where neither shims nor
 * the directories around their bundles change, each bundle is looked at in its turn.
 */
export class Bundles {
  #remembered = new Map<string, Remembered>()
  #living = new Map<string, Remembered>()
  #remnants: BundleRemnant[] = []
  #listed = true
  #closer: readonly ProcessSample[] = []
  #bundles: readonly BundleSample[] = []
  #around: Listed[] = []
  /** Something was half written, or written so lately that more may have come since. */
  #isUnsettled = true

  /** Of the last collection: directories that were renamed to be removed, and are still there. */
  get remnants(): readonly BundleRemnant[] {
    return this.#remnants
  }

  /** Of the last collection: whether every directory that may hold a bundle could be listed. */
  get listed(): boolean {
    return this.#listed
  }

  /** @param closer the very list of the last pass where none of them changed. */
  collect(
    source: ProcSource,
    tally: Tally,
    closer: readonly ProcessSample[],
    attention: Attention,
    takenAtMs: number,
  ): readonly BundleSample[] {
    this.#remembered = this.#living
    if (this.#isQuiet(source, tally, closer, attention)) return this.#bundles
    this.#living = new Map()
    this.#remnants = []
    this.#listed = true
    this.#around = []
    this.#isUnsettled = false
    this.#closer = closer
    this.#bundles = this.#readAll(source, tally, closer, attention, takenAtMs)
    return this.#bundles
  }

  /** Whether a bundle came or went since they were listed. */
  stir(source: ProcSource, tally: Tally): boolean {
    return this.#around.some(
      ({ through, facts }) => facts.kind !== 'unread' && !same(facts, tally.count('bundle', source.facts(through))),
    )
  }

  /** The same shims, and every bundle that is looked at in this pass is as it was. */
  #isQuiet(source: ProcSource, tally: Tally, closer: readonly ProcessSample[], attention: Attention): boolean {
    const { look, rhythm, concern } = attention
    if (closer !== this.#closer || look === 'closely' || rhythm.keepers === 1 || this.#isUnsettled) return false
    return this.#bundles.every(
      ({ source: at, facts, readThrough }, index) =>
        !(isTurn(index, rhythm.keepers, attention) || isOf(concern, readThrough)) ||
        same(facts, tally.count('bundle', source.facts(at))),
    )
  }

  #readAll(
    source: ProcSource,
    tally: Tally,
    closer: readonly ProcessSample[],
    { wanted, rhythm }: Attention,
    takenAtMs: number,
  ): BundleSample[] {
    const bundles = new Map<string, BundleSample>()
    const storedBeside = storedBesideIn(closer, wanted)
    const byPid = new Map(closer.map((process) => [process.pid, process]))
    const neighbourhoods = new Map<string, Neighbourhood>()
    for (const process of closer) {
      const place = wanted.get(process.pid)?.bundle
      if (place === undefined) continue
      const { pid, key } = process
      if (place !== 'cwd') {
        const root = `/proc/${pid}/root`
        const named = place.pidFile !== null && baseName(place.pidFile) === PID_FILE ? root + place.pidFile : undefined
        for (const path of [place.path, ...(storedBeside.get(pid) ?? [])]) {
          const pidFile = path === place.path ? named : undefined
          bundles.set(`${pid}${path}`, this.#read(source, tally, root + path, path, key, takenAtMs, pidFile))
        }
        continue
      }
      const reading = process.detail?.cwd ?? gone
      const cwd = valueOf(reading)
      if (cwd === null) {
        if (reading.kind !== 'gone') this.#listed = false
        continue
      }
      const mounts =
        (wanted.get(pid)?.ownMounts === true ? mountsAround(process, byPid.get(process.ppid)) : mountsOf(process)) ??
        'unknown'
      if (!cwd.deleted) {
        bundles.set(`${mounts}:${cwd.path}`, this.#read(source, tally, `/proc/${pid}/cwd`, cwd.path, key, takenAtMs))
      }
      // A deleted directory still knows its parent, so the neighbours of a forgotten bundle can be seen through it.
      const parent = directoryOf(cwd.path)
      if (!stateDirectory.test(parent)) continue
      const where = `${mounts}:${parent}`
      const neighbourhood = neighbourhoods.get(where)
      if (neighbourhood === undefined) neighbourhoods.set(where, { path: parent, shims: [process] })
      else neighbourhood.shims.push(process)
    }
    for (const [where, { path, shims }] of neighbourhoods) {
      const { through, key, names, facts } = listThroughAny(source, tally, shims, rhythm.keepers > 1)
      this.#around.push({ through, facts })
      if (facts.kind === 'known' && isFresh(facts.value, takenAtMs)) this.#isUnsettled = true
      if (names.kind === 'denied' || names.kind === 'malformed') this.#listed = false
      for (const name of valueOf(names) ?? []) {
        this.#noteRemnant(through, path, name)
        if (!identifier.test(name) || bundles.has(`${where}/${name}`)) continue
        const bundle = this.#read(source, tally, `${through}/${name}`, `${path}/${name}`, key, takenAtMs)
        bundles.set(`${where}/${name}`, bundle)
      }
    }
    return [...bundles.values()]
  }

  /**
   * Bundles that no shim works in, found by what strays show: by the mounts that their parents see, or by the storage
   * that their root came from. Read through the root of the parent.
   */
  collectOfStrays(
    source: ProcSource,
    tally: Tally,
    strays: readonly ProcessSample[],
    mounts: readonly BundleMount[],
    storageOf: (key: ProcessKey) => string | undefined,
    bundles: readonly BundleSample[],
    takenAtMs: number,
  ): BundleSample[] {
    // Made when it is asked for: most strays are ordinary processes, and lead nowhere.
    let seen: Set<string> | undefined
    const found: BundleSample[] = []
    for (const { key, ppid, cgroup } of strays) {
      if (cgroup.kind !== 'known') continue
      const { path: ownCgroup } = cgroup.value
      const id = baseName(ownCgroup)
      const mounted = mounts
        .map(({ path }) => path)
        .filter((path) => baseName(path).includes(id) || id.includes(baseName(path)))
      const storage = storageOf(key)
      const stored = storage === undefined ? undefined : idIn(ownCgroup)
      for (const path of storage === undefined || stored === undefined
        ? mounted
        : [...mounted, storedBundle(storage, stored)]) {
        seen ??= new Set(bundles.map((bundle) => bundle.path))
        if (seen.has(path)) continue
        seen.add(path)
        found.push(this.#read(source, tally, `/proc/${ppid}/root${path}`, path, null, takenAtMs))
      }
    }
    return found
  }

  #read(
    source: ProcSource,
    tally: Tally,
    at: string,
    path: string,
    readThrough: ProcessKey | null,
    takenAtMs: number,
    pidFile?: string,
  ): BundleSample {
    const facts = tally.count('bundle', source.facts(at))
    const read = (before: Written | undefined) =>
      isStored(path) ? readStored(source, tally, at, pidFile, before) : readWritten(source, tally, at, before)
    const place = () => ({ id: bundleId(path), path, source: at, readThrough, facts })
    if (facts.kind !== 'known') return { ...place(), ...read(undefined) }
    const { inode, changedMs } = facts.value
    const identity = `${path} ${inode}`
    const before = this.#remembered.get(identity)
    // Files in it are written whole and never again, so that a directory without news has none inside either.
    const fresh = isFresh(facts.value, takenAtMs)
    const hasNews = before?.changedMs !== changedMs || fresh || isHalfWritten(before.written)
    // podman's pid file lies elsewhere, and may come when nothing changes here any more.
    const isAwaited = pidFile !== undefined && before?.written.initPid.kind !== 'known'
    if (fresh || isAwaited) this.#isUnsettled = true
    const isSame = before?.sample.source === at && before.sample.readThrough === readThrough
    if (!hasNews && !isAwaited && isSame && same(before.sample.facts, facts)) {
      this.#living.set(identity, before)
      return before.sample
    }
    const written = hasNews || isAwaited ? read(before?.written) : before.written
    if (isHalfWritten(written)) this.#isUnsettled = true
    const sample = carried(before?.sample, { ...place(), ...written })
    this.#living.set(identity, { written, changedMs, sample })
    return sample
  }

  /** Several shims may show one directory: whoever is first. */
  #noteRemnant(through: string, path: string, name: string): void {
    const id = name.slice(1)
    if (!name.startsWith('.') || !identifier.test(id) || this.#remnants.length >= MOST_REMNANTS) return
    this.#remnants.push({ id, path: `${path}/${name}`, source: `${through}/${name}` })
  }
}

/** A directory of bundles, and the shims that work in one of them. */
interface Neighbourhood {
  readonly path: string
  readonly shims: ProcessSample[]
}

const isFresh = ({ changedMs }: FileFacts, takenAtMs: number): boolean => takenAtMs - changedMs < SETTLED_MS

const isOf = (pids: ReadonlySet<number>, key: ProcessKey | null): boolean =>
  pids.size > 0 && key !== null && pids.has(Number.parseInt(key, 10))

/** Any of the shims shows the directory; one that has just ended shows nothing. */
function listThroughAny(source: ProcSource, tally: Tally, shims: readonly ProcessSample[], withFacts: boolean) {
  let through = ''
  let key: ProcessKey | null = null
  let names: Reading<readonly string[]> = gone
  let facts: Reading<FileFacts> = unread
  for (const shim of shims) {
    through = `/proc/${shim.pid}/cwd/..`
    key = shim.key
    // Before its names: what comes meanwhile will make a difference.
    if (withFacts) facts = tally.count('bundle', source.facts(through))
    names = tally.count('bundle', source.list(through))
    if (names.kind !== 'gone') break
  }
  return { through, key, names, facts }
}

const isHalfWritten = ({ initPid, config }: Written): boolean =>
  initPid.kind === 'malformed' || config.kind === 'malformed' || initPid.kind === 'denied' || config.kind === 'denied'

const once = <T>(reading: Reading<T> | undefined, read: () => Reading<T>): Reading<T> =>
  reading?.kind === 'known' ? reading : read()

function readWritten(source: ProcSource, tally: Tally, at: string, before: Written | undefined): Written {
  const listing = source.list(at)
  // Asking for what is not there costs more than a listing; where that is denied, a file may be readable all the same.
  const names = listing.kind === 'known' ? new Set(listing.value) : undefined
  const file = (name: string, limitBytes = LINE_BYTES): Reading<string> =>
    names !== undefined && !names.has(name)
      ? gone
      : text(tally.count('bundle', source.readWhole(`${at}/${name}`, limitBytes)))
  return {
    config: once(before?.config, () => mapReading(file('config.json', CONFIG_BYTES), parseBundleConfig)),
    // Written when the container is created, so it appears late; an empty one is half written.
    initPid: once(before?.initPid, () => mapReading(file('init.pid'), parseInteger)),
    address: once(before?.address, () => {
      const address = mapReading(file('address'), parseAddress)
      return address.kind === 'gone' ? mapReading(file('bootstrap.json'), parseBootstrap) : address
    }),
    sandboxId: once(before?.sandboxId, () => mapReading(file('sandbox'), (id) => id.trim() || undefined)),
    shimBinary: once(before?.shimBinary, () =>
      mapReading(file('shim-binary-path'), (path) => path.trim() || undefined),
    ),
    execPids: execPids(names ?? new Set(), (name) => file(name)),
    files: mapReading(listing, ({ length }) => length),
  }
}

/** A bundle that podman or CRI-O made has none of the files by which containerd finds its shims. */
function readStored(
  source: ProcSource,
  tally: Tally,
  at: string,
  pidFile: string | undefined,
  before: Written | undefined,
): Written {
  const file = (path: string, limitBytes: number) => text(tally.count('bundle', source.readWhole(path, limitBytes)))
  return {
    config: once(before?.config, () => mapReading(file(`${at}/config.json`, CONFIG_BYTES), parseBundleConfig)),
    initPid: once(before?.initPid, () => mapReading(file(pidFile ?? `${at}/${PID_FILE}`, LINE_BYTES), parseInteger)),
    address: gone,
    sandboxId: gone,
    shimBinary: gone,
    execPids: new Map(),
    files: unread,
  }
}

/** `<exec id>.pid` files: the sessions that `exec` started. cmd/containerd-shim-runc-v2/process/exec.go */
function execPids(names: Iterable<string>, read: (name: string) => Reading<string>): ReadonlyMap<string, number> {
  const pids = new Map<string, number>()
  for (const name of names) {
    if (!name.endsWith('.pid') || name === 'init.pid' || name === 'shim.pid') continue
    if (pids.size >= MOST_SESSIONS) break
    const pid = valueOf(mapReading(read(name), parseInteger))
    if (pid !== null) pids.set(name.slice(0, -'.pid'.length), pid)
  }
  return pids
}

/** The container id in a cgroup path, the innermost; `undefined` where none of it looks like one. */
const idIn = (cgroup: string): string | undefined => cgroup.match(/[0-9a-f]{64}(?!.*[0-9a-f]{64})/)?.[0]

/**
 * Bundles beside the ones that command lines name: a conmonrs keeps a pod, and names only the sandbox's directory. The
 * cgroups of its children name the others'.
 */
function storedBesideIn(
  closer: readonly ProcessSample[],
  wanted: ReadonlyMap<number, Wanted>,
): ReadonlyMap<number, ReadonlySet<string>> {
  const beside = new Map<number, Set<string>>()
  for (const { ppid, cgroup } of closer) {
    const place = wanted.get(ppid)?.bundle
    if (place === undefined || place === 'cwd' || !isStored(place.path) || cgroup.kind !== 'known') continue
    const id = idIn(cgroup.value.path)
    const other = id === undefined ? place.path : storedBundle(bundlesAround(place.path), id)
    if (other === place.path) continue
    const others = beside.get(ppid)
    if (others === undefined) beside.set(ppid, new Set([other]))
    else others.add(other)
  }
  return beside
}
