import type { TreeNode } from '../model/forest.ts'
import type { BundleMount, BundleSample, FreezerSample, HostSample, Origin, Survivor } from '../model/host.ts'
import { baseName } from '../model/path.ts'
import type { ProcessKey } from '../model/process.ts'
import { valueOf } from '../model/reading.ts'

/** Look-ups in a host sample, so that a node of ten thousand containers costs ten thousand steps and not their square. */
export interface HostIndex {
  /** Every process of the node was looked at. */
  readonly isComplete: boolean
  /** Those read through the working directory of one shim. */
  bundlesThrough(shim: ProcessKey): readonly BundleSample[]
  bundlesOf(id: string): readonly BundleSample[]
  mountsOf(id: string): readonly BundleMount[]
  originOf(node: TreeNode): Origin | undefined
  survivorOf(node: TreeNode): Survivor | undefined
  freezerOf(node: TreeNode | null): FreezerSample | null
}

export function indexHost(host: HostSample): HostIndex {
  const bundles = groupBy(host.bundles, ({ id }) => id)
  const through = groupBy(host.bundles, ({ readThrough }) => readThrough)
  const mounts = groupBy(host.bundleMounts, ({ path }) => baseName(path))
  const freezers = new Map(host.freezers.map((freezer) => [freezer.path, freezer]))
  const origins = new Map(host.origins.map((origin) => [origin.key, origin]))
  const survivors = new Map(host.survivors.map((survivor) => [survivor.key, survivor]))
  return {
    isComplete: host.complete,
    originOf: (node) => origins.get(node.process.key),
    survivorOf: (node) => survivors.get(node.process.key),
    bundlesThrough: (shim) => through.get(shim) ?? [],
    bundlesOf: (id) => bundles.get(id) ?? [],
    mountsOf: (id) => mounts.get(id) ?? [],
    freezerOf: (node) => freezers.get((node === null ? null : valueOf(node.process.cgroup)?.path) ?? '') ?? null,
  }
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
