import { parseAddress, parseBootstrap, parseBundleConfig } from '../core/procfs/bundle.ts'
import { parseInteger } from '../core/procfs/host-files.ts'
import { baseName, directoryOf } from '../core/model/path.ts'
import type { BundleSample } from '../core/model/host.ts'
import type { ProcessKey, ProcessSample, Wanted } from '../core/model/process.ts'
import { gone, mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** A config.json with thousands of mounts and every syscall named stays below this. */
const CONFIG_BYTES = 4 * 1024 * 1024
const LINE_BYTES = 4096
/** Where containerd keeps the bundles of one of its namespaces side by side: only there is it right to look at neighbours. */
const stateDirectory = /\/io\.containerd\.(?:runtime\.v[12]\.\w+|sandbox\.controller\.v1\.shim)\/[^/]+$/
/** A container id as containerd accepts it, so that no name leads out of the directory. pkg/identifiers/validate.go */
const identifier = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/

type Immutable = Pick<BundleSample, 'config' | 'address' | 'sandboxId' | 'shimBinary' | 'initPid'>

/** Reads OCI bundles. What is written once is read once for as long as the directory lives. */
export class Bundles {
  #written = new Map<string, Immutable>()

  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    wanted: ReadonlyMap<number, Wanted>,
  ): BundleSample[] {
    const bundles = new Map<string, BundleSample>()
    const neighbourhoods = new Map<string, { through: string; path: string; key: ProcessKey }>()
    for (const process of processes) {
      const place = wanted.get(process.pid)?.bundle
      if (place === undefined) continue
      const { pid, key } = process
      if (place !== 'cwd') {
        bundles.set(`${pid}${place.path}`, this.#read(source, tally, `/proc/${pid}/root${place.path}`, place.path, key))
        continue
      }
      const cwd = valueOf(process.detail?.cwd ?? gone)
      if (cwd === null) continue
      const mounts = valueOf(process.detail?.mountNamespace ?? gone) ?? 'unknown'
      if (!cwd.deleted)
        bundles.set(`${mounts}:${cwd.path}`, this.#read(source, tally, `/proc/${pid}/cwd`, cwd.path, key))
      // A deleted directory still knows its parent, so the neighbours of a forgotten bundle can be seen through it.
      const parent = directoryOf(cwd.path)
      if (stateDirectory.test(parent)) {
        neighbourhoods.set(`${mounts}:${parent}`, { through: `/proc/${pid}/cwd/..`, path: parent, key })
      }
    }
    for (const [where, { through, path, key }] of neighbourhoods) {
      for (const name of valueOf(tally.count('bundle', source.list(through))) ?? []) {
        if (!identifier.test(name) || bundles.has(`${where}/${name}`)) continue
        bundles.set(`${where}/${name}`, this.#read(source, tally, `${through}/${name}`, `${path}/${name}`, key))
      }
    }
    this.#forget(bundles.values())
    return [...bundles.values()]
  }

  /** Reads one bundle that was found otherwise, through a root. */
  collectAt(source: ProcSource, tally: Tally, pid: number, path: string): BundleSample {
    return this.#read(source, tally, `/proc/${pid}/root${path}`, path, null)
  }

  #read(source: ProcSource, tally: Tally, at: string, path: string, readThrough: ProcessKey | null): BundleSample {
    const facts = tally.count('bundle', source.facts(at))
    const identity = facts.kind === 'known' ? `${path} ${facts.value.inode}` : undefined
    const before = identity === undefined ? undefined : this.#written.get(identity)
    const written = readImmutable(source, tally, at, before)
    if (identity !== undefined) this.#written.set(identity, written)
    return { id: baseName(path), path, source: at, readThrough, facts, ...written, execPids: execPids(source, at) }
  }

  #forget(kept: Iterable<BundleSample>): void {
    if (this.#written.size < 4_096) return
    const living = new Set([...kept].map(({ path, facts }) => `${path} ${valueOf(facts)?.inode}`))
    for (const identity of this.#written.keys()) if (!living.has(identity)) this.#written.delete(identity)
  }
}

function readImmutable(source: ProcSource, tally: Tally, at: string, before: Immutable | undefined): Immutable {
  const once = <T>(reading: Reading<T> | undefined, read: () => Reading<T>): Reading<T> =>
    reading?.kind === 'known' ? reading : read()
  const file = (name: string, limitBytes = LINE_BYTES) =>
    text(tally.count('bundle', source.readWhole(`${at}/${name}`, limitBytes)))
  return {
    config: once(before?.config, () => mapReading(file('config.json', CONFIG_BYTES), parseBundleConfig)),
    // Written when the container is created, so it appears late; an empty one is half written.
    initPid: once(before?.initPid, () => mapReading(file('init.pid'), parseInteger)),
    address: once(before?.address, () => {
      const address = mapReading(file('address'), parseAddress)
      return address.kind === 'gone' ? mapReading(file('bootstrap.json'), parseBootstrap) : address
    }),
    sandboxId: before === undefined ? mapReading(file('sandbox'), (id) => id.trim() || undefined) : before.sandboxId,
    shimBinary:
      before === undefined
        ? mapReading(file('shim-binary-path'), (path) => path.trim() || undefined)
        : before.shimBinary,
  }
}

/** `<exec id>.pid` files: the sessions that `exec` started. cmd/containerd-shim-runc-v2/process/exec.go */
function execPids(source: ProcSource, at: string): ReadonlyMap<string, number> {
  const names = valueOf(source.list(at)) ?? []
  const pids = new Map<string, number>()
  for (const name of names) {
    if (!name.endsWith('.pid') || name === 'init.pid' || name === 'shim.pid') continue
    const pid = valueOf(mapReading(text(source.readWhole(`${at}/${name}`, LINE_BYTES)), parseInteger))
    if (pid !== null) pids.set(name.slice(0, -'.pid'.length), pid)
  }
  return pids
}
