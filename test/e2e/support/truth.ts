import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import type { Containerd, Task } from './containerd.ts'
import type { Cri } from './cri.ts'
import type { Dockerd } from './dockerd.ts'
import type { Podman } from './podman.ts'
import { isShim, processes } from './processes.ts'
import type { World } from './world.ts'

type State = Snapshot['containers'][number]['state']

/** A container as its runtime tells it, with the shim that the kernel names as the parent of its init. */
export interface TrueContainer {
  id: string
  containerdNamespace: string | null
  state: State
  /** Null where the runtime names none that lives: being created, or stopped. */
  pid: number | null
  /** The shim's pid, null without one; undefined where its init is dead and nobody can say. */
  shim: number | null | undefined
  role: 'sandbox' | 'container'
  name: string | null
  /** Its names are null where only its uid can be known: the bundle that told them is gone. */
  pod: { name: string | null; namespace: string | null; uid: string } | null
}

export interface Truth {
  shims: number[]
  containers: TrueContainer[]
}

const states: Record<Task['status'] | string, State> = {
  RUNNING: 'running',
  CREATED: 'created',
  PAUSED: 'paused',
  STOPPED: 'stopped',
  UNKNOWN: 'creating', // what `ctr` says of a task whose `runc create` has not returned
  running: 'running',
  paused: 'paused',
  created: 'created',
  exited: 'stopped',
}

export async function truthOf(
  world: World,
  runtimes: { containerd?: Containerd; cri?: Cri; dockerd?: Dockerd; podman?: Podman },
): Promise<Truth> {
  const containers = await ofContainerd(runtimes.containerd, runtimes.cri)
  for (const { id, pid, status } of (await runtimes.dockerd?.containers()) ?? []) {
    if (status === 'exited') continue // docker has deleted the task of an ended container
    const told = container({ id, pid, status, namespace: 'moby' })
    // dockerd may use the containerd that we asked already; then both must say the same.
    const known = containers.find((other) => other.id === id)
    if (known === undefined) containers.push(told)
    else if (known.pid !== told.pid || known.state !== told.state) throw new Error(`docker and ctr disagree on ${id}`)
  }
  containers.push(...(await ofPodman(runtimes.podman)))
  const all = processes(world)
  const shims = all.filter(isShim).map(({ pid }) => pid)
  const parents = new Map(all.map(({ pid, ppid }) => [pid, ppid]))
  for (const container of containers) {
    const parent = container.pid === null ? undefined : parents.get(container.pid)
    container.shim = parent === undefined ? undefined : shims.includes(parent) ? parent : null
  }
  return { shims, containers }
}

async function ofContainerd(containerd: Containerd | undefined, cri: Cri | undefined): Promise<TrueContainer[]> {
  if (containerd === undefined) return []
  const containers = (await containerd.tasks()).map(container)
  if (cri === undefined || !containers.some(({ containerdNamespace }) => containerdNamespace === 'k8s.io'))
    return containers
  const sandboxes = await cri.sandboxes()
  const named = await cri.containers()
  for (const container of containers) {
    const own = named.find(({ id }) => id === container.id)
    const sandbox = sandboxes.find(({ sandboxId }) => sandboxId === (own?.podSandboxId ?? container.id))
    if (sandbox === undefined) continue
    container.role = own === undefined ? 'sandbox' : 'container'
    container.name = own?.name ?? null
    container.pod = { name: sandbox.name, namespace: sandbox.namespace, uid: sandbox.uid }
  }
  return containers
}

/** Of those that ended or were never started podman has records, and the node nothing. */
async function ofPodman(podman: Podman | undefined): Promise<TrueContainer[]> {
  const all = (await podman?.containers()) ?? []
  return all
    .filter(({ pid }) => pid > 0)
    .map(({ id, name, pid, status, isInfra }) => ({
      ...container({ id, pid, status, namespace: '' }),
      containerdNamespace: null,
      role: isInfra ? ('sandbox' as const) : ('container' as const),
      name,
    }))
}

function container(task: { id: string; pid: number; status: string; namespace: string }): TrueContainer {
  const state = states[task.status] ?? 'unknown'
  const pid = task.pid > 0 && state !== 'stopped' ? task.pid : null
  return {
    id: task.id,
    containerdNamespace: task.namespace,
    state,
    pid,
    shim: undefined,
    role: 'container',
    name: null,
    pod: null,
  }
}

/** The same once its bundle is gone: what only the bundle told is not known any more. */
export const nameless = (container: TrueContainer): TrueContainer => ({
  ...container,
  name: null,
  pod: container.pod && { ...container.pod, name: null, namespace: null },
})
