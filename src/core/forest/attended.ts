import type { EngineBranch, TreeNode } from '../model/forest.ts'
import { baseName } from '../model/path.ts'
import { valueOf } from '../model/reading.ts'
import { type ContainerRoot, cgroupOf, type PlaceOf } from './containers.ts'
import type { HostIndex } from './host-index.ts'

/**
 * Containers whose engine stays beside them: `runc run` in the foreground, buildkit's runc, systemd-nspawn, LXC's
 * monitor. There is no shim, and none is missed.
 */
export function findAttended(index: HostIndex, engines: readonly EngineBranch[], placeOf: PlaceOf): ContainerRoot[] {
  return engines.flatMap((engine) => {
    const { recognition, shim, node } = engine
    if (shim !== null || recognition.runtime.expects.attends?.includes(recognition.verb) !== true) return []
    const init = node.children.find((child) => child.process.state !== 'Z' && isInside(child, node))
    return init === undefined ? [] : [attended(index, engine, init, placeOf)]
  })
}

function attended(index: HostIndex, engine: EngineBranch, init: TreeNode, placeOf: PlaceOf): ContainerRoot {
  const { recognition } = engine
  const cgroup = cgroupOf(init)
  const place = cgroup === null ? undefined : placeOf(cgroup)
  const own = ownCgroup(cgroup, place?.path, cgroupOf(engine.node))
  const { manages, clients } = recognition.runtime.expects
  return {
    key: '',
    id: recognition.id ?? place?.id ?? (own === null ? 'unknown' : baseName(own)),
    containerdNamespace: recognition.containerdNamespace,
    manager:
      clients.find(({ containerdNamespace }) => containerdNamespace === recognition.containerdNamespace)?.manages ??
      manages,
    role: 'container',
    bundle: null,
    shim: null,
    attendant: engine,
    keeperProof: null,
    init,
    state: 'unknown',
    name: null,
    image: null,
    pod: place?.podUid == null ? null : { uid: place.podUid, name: null, namespace: null },
    cgroupPath: own,
    freezer: index.freezerOf(init),
    members: [],
    execs: [],
    chain: [],
    within: null,
    grouped: false,
    initIsGone: false,
  }
}

/** systemd-nspawn runs beside its payload, below one cgroup: what is above both is not the container's alone. */
function ownCgroup(cgroup: string | null, place: string | undefined, engine: string | null): string | null {
  if (cgroup === engine) return null
  const isShared = place !== undefined && engine !== null && (engine === place || engine.startsWith(`${place}/`))
  return isShared ? cgroup : (place ?? cgroup)
}

/** Deeper in pid namespaces than the engine, or in a cgroup of its own; hooks are in both of the engine's. */
function isInside(child: TreeNode, engine: TreeNode): boolean {
  const own = child.process.detail === undefined ? null : valueOf(child.process.detail.innerPids)
  const above = engine.process.detail === undefined ? null : valueOf(engine.process.detail.innerPids)
  if (own !== null && above !== null && own.length > above.length) return true
  return cgroupOf(child) !== null && cgroupOf(child) !== cgroupOf(engine)
}
