import type { BundleSample } from '../model/host.ts'
import { bundlesAround } from '../model/bundle-path.ts'
import { socketPath } from '../model/path.ts'
import { valueOf } from '../model/reading.ts'
import { initOf, type PlaceOf } from './containers.ts'
import type { GuestsOf } from './machines.ts'
import { namesIn } from './pods.ts'
import type { ShimRoot } from './shims.ts'

/** Finds the shim that keeps what a bundle describes. */
export type KeeperOf = (bundle: BundleSample) => ShimRoot | undefined

/**
 * A shim keeps the bundle that it runs in, and those beside it that name it: by the group they asked for, by their
 * pod's sandbox, or by its socket. Bundles of one path in two mount namespaces are two.
 */
export function indexKeepers(shims: readonly ShimRoot[], placeOf: PlaceOf, guestsOf: GuestsOf): KeeperOf {
  const byKey = new Map(shims.map((shim) => [shim.node.process.key, shim]))
  const byBundle = new Map<string, ShimRoot[]>()
  const byNeighbour = new Map<string, ShimRoot>()
  const bySocket = new Map<string, ShimRoot>()
  for (const shim of shims) {
    const { mounts } = shim
    if (shim.use.path !== null) bySocket.set(`${mounts}:${shim.use.path}`, shim)
    if (shim.bundlePath === null) continue
    if (shim.bundleDeleted !== true) append(byBundle, `${mounts}:${shim.bundlePath}`, shim)
    if (shim.id !== null) byNeighbour.set(`${mounts}:${bundlesAround(shim.bundlePath)}:${shim.id}`, shim)
  }

  return (bundle) => {
    const through = bundle.readThrough === null ? undefined : byKey.get(bundle.readThrough)
    if (through === undefined) return undefined
    // Given on its command line, so nobody else's.
    if (through.recognition.runtime.expects.bundle === 'argument' && bundle.path === through.bundlePath) return through
    const { mounts } = through
    const own = byBundle.get(`${mounts}:${bundle.path}`) ?? []
    // Two shims in one bundle are a fault to be told of: the one with the container is its keeper.
    if (own.length > 1) return own.find((shim) => initOf(bundle, shim, guestsOf(shim), placeOf) != null) ?? own[0]
    if (own[0] !== undefined) return own[0]
    const config = valueOf(bundle.config)
    const group = (config === null ? null : namesIn(config).group) ?? valueOf(bundle.sandboxId)
    const grouped = byNeighbour.get(`${mounts}:${bundlesAround(bundle.path)}:${group}`)
    if (grouped !== undefined) return grouped
    const address = valueOf(bundle.address)
    return address === null ? undefined : bySocket.get(`${mounts}:${socketPath(address)}`)
  }
}

function append(map: Map<string, ShimRoot[]>, key: string, shim: ShimRoot): void {
  const found = map.get(key)
  if (found === undefined) map.set(key, [shim])
  else found.push(shim)
}
