import { parseBundleMounts } from '../core/procfs/mountinfo.ts'
import type { BundleRemnant, BundleSample, RootfsHolder, StaleRootfs } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import type { Tally } from './tally.ts'

const MOST_SUSPECTS = 32
const MOST_HOLDERS = 16
/** Two links of every process: asked again only now and then. */
const PASSES_BETWEEN_LOOKS = 15

/** A bundle whose container's first process is gone, and through whose eyes it is looked at. */
interface Suspect {
  readonly path: string
  readonly viewer: number
}

/**
 * Root file systems that stay mounted when their container has ended, and the processes that are in them. A task of
 * `ctr` that stopped is such a one too, and harmless, so that it costs two links of each process now and then.
 */
export class StaleRootfsSearch {
  #before: { readonly asked: string; readonly found: readonly StaleRootfs[]; readonly pass: number } | undefined
  #pass = 0
  #among: readonly unknown[] = []
  #suspects: readonly Suspect[] = []

  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    initPids: ReadonlySet<number>,
    bundles: readonly BundleSample[],
    remnants: readonly BundleRemnant[],
  ): readonly StaleRootfs[] {
    this.#pass += 1
    const among = [initPids, bundles, remnants]
    // The very same where nothing in them changed.
    if (among.some((each, index) => each !== this.#among[index])) {
      this.#among = among
      this.#suspects = suspectsAmong(initPids, bundles, remnants)
    }
    const suspects = this.#suspects
    const asked = suspects.map(({ path }) => path).join('\0')
    if (this.#before?.asked === asked && this.#pass - this.#before.pass < PASSES_BETWEEN_LOOKS) {
      return this.#before.found
    }
    const mounted = suspects.length === 0 ? [] : stillMounted(source, tally, suspects)
    const found = mounted.length === 0 ? [] : withHolders(source, tally, processes, mounted)
    this.#before = { asked, found, pass: this.#pass }
    return found
  }
}

function suspectsAmong(
  initPids: ReadonlySet<number>,
  bundles: readonly BundleSample[],
  remnants: readonly BundleRemnant[],
): Suspect[] {
  const ended = bundles.flatMap(({ path, initPid, readThrough }) =>
    initPid.kind !== 'known' || initPids.has(initPid.value) || readThrough === null
      ? []
      : [{ path, viewer: Number.parseInt(readThrough, 10) }],
  )
  const left = remnants.map(({ path, source }) => ({ path, viewer: Number(/^\/proc\/(\d+)\//.exec(source)?.[1] ?? 1) }))
  return [...ended, ...left].slice(0, MOST_SUSPECTS)
}

function stillMounted(source: ProcSource, tally: Tally, suspects: readonly Suspect[]): Omit<StaleRootfs, 'holders'>[] {
  const found: Omit<StaleRootfs, 'holders'>[] = []
  for (const viewer of new Set(suspects.map((suspect) => suspect.viewer))) {
    const table = `/proc/${viewer}/mountinfo`
    const mounts = text(tally.count('mountinfo', source.readWhole(table, TABLE_BYTES)))
    const points = new Set(
      mounts.kind === 'known' ? parseBundleMounts(mounts.value, table).map(({ path }) => path) : [],
    )
    for (const { path } of suspects.filter((suspect) => suspect.viewer === viewer && points.has(suspect.path))) {
      found.push({ path, mountPoint: `${path}/rootfs`, source: table })
    }
  }
  return found
}

function withHolders(
  source: ProcSource,
  tally: Tally,
  processes: readonly ProcessSample[],
  mounted: readonly Omit<StaleRootfs, 'holders'>[],
): StaleRootfs[] {
  const holders = new Map<string, RootfsHolder[]>(mounted.map(({ mountPoint }) => [mountPoint, []]))
  for (const { pid, key, kernelThread, state } of processes) {
    if (kernelThread || state === 'Z') continue
    for (const by of ['cwd', 'root'] as const) {
      const path = valueOf(tally.count(by, source.link(`/proc/${pid}/${by}`)))
      if (path === null || path === '/') continue
      for (const [point, found] of holders) {
        const isInside = path === point || path.startsWith(`${point}/`)
        if (isInside && found.length < MOST_HOLDERS) found.push({ key, by, path })
      }
    }
  }
  return mounted.map((rootfs) => ({ ...rootfs, holders: holders.get(rootfs.mountPoint) ?? [] }))
}
