import { type Containerd, socket } from './containerd.ts'
import { grpcCaller } from './grpc.ts'
import { busyboxImage, pauseImage } from './images.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

export interface Pod {
  name: string
  namespace: string
  uid: string
  sandboxId: string
}

export interface CriContainer {
  id: string
  podSandboxId: string
  name: string
  state: string
}

export interface PodOptions {
  /** What its containers run; they sleep unless told otherwise. */
  command?: readonly string[]
  /** `/kubepods/burstable/pod<uid>` unless told. */
  cgroupParent?: (uid: string) => string
}

/** Plays kubelet: what it asks of a container runtime, over the runtime's own socket. */
export interface Cri {
  /** A running pod with one sleeping container per name. */
  runPod(name: string, containers: readonly string[], options?: PodOptions): Promise<Pod & { containerIds: string[] }>
  /** Starts a container of a pod once more, as kubelet does when it believes that the one before has ended. */
  runAgain(pod: Pod, container: string): Promise<string>
  sandboxes(): Promise<(Pod & { state: string })[]>
  containers(): Promise<CriContainer[]>
  stopContainer(id: string): Promise<void>
  removeContainer(id: string): Promise<void>
  removePod(sandboxId: string): Promise<void>
}

/** Host network and no host name: so no CNI is needed. A pid namespace per container is kubelet's default. */
const namespaces = { security_context: { namespace_options: { network: 'NODE', pid: 'CONTAINER' } } }

interface ListedSandbox {
  id: string
  state: string
  metadata: { name: string; namespace: string; uid: string }
}
interface ListedContainer {
  id: string
  pod_sandbox_id: string
  state: string
  metadata: { name: string }
}

export async function criOf(world: World, containerd: Containerd): Promise<Cri> {
  const proto = new URL('cri.proto', import.meta.url)
  const call = grpcCaller(world, socket, proto, 'runtime.v1.RuntimeService')
  const imageCall = grpcCaller(world, socket, proto, 'runtime.v1.ImageService')
  const has = async (image: string) => {
    const status = await imageCall<{ image: object | null }>('ImageStatus', { image: { image } }).catch(() => undefined)
    return status !== undefined && status.image !== null
  }
  let pods = 0
  const configOf = ({ name, namespace, uid }: Omit<Pod, 'sandboxId'>, cgroupParent?: PodOptions['cgroupParent']) => ({
    metadata: { name, namespace, uid, attempt: 0 },
    log_directory: '/run/pod-logs',
    linux: { cgroup_parent: cgroupParent?.(uid) ?? `/kubepods/burstable/pod${uid}`, ...namespaces },
  })
  const runContainer = async (
    pod_sandbox_id: string,
    sandbox_config: ReturnType<typeof configOf>,
    name: string,
    { attempt = 0, command = ['sleep', '3600'] as readonly string[] },
  ): Promise<string> => {
    const { container_id } = await call<{ container_id: string }>('CreateContainer', {
      pod_sandbox_id,
      sandbox_config,
      config: {
        metadata: { name, attempt },
        image: { image: busyboxImage },
        command,
        log_path: `${sandbox_config.metadata.name}-${name}.log`,
        linux: namespaces,
      },
    })
    await call('StartContainer', { container_id })
    return container_id
  }

  // containerd serves before its CRI plugin does, and that learns of imported images by an event.
  await containerd.importImages('k8s.io')
  for (const image of [busyboxImage, pauseImage]) await until(`the CRI knows ${image}`, () => has(image))

  return {
    async runPod(name, containers, { command, cgroupParent } = {}) {
      const uid = `0f9f1f0e-1111-4222-8333-${String(++pods).padStart(12, '0')}`
      const config = configOf({ name, namespace: 'default', uid }, cgroupParent)
      const { pod_sandbox_id: sandboxId } = await call<{ pod_sandbox_id: string }>('RunPodSandbox', { config })
      const containerIds: string[] = []
      for (const container of containers) {
        containerIds.push(await runContainer(sandboxId, config, container, command === undefined ? {} : { command }))
      }
      return { name, namespace: 'default', uid, sandboxId, containerIds }
    },
    runAgain: (pod, container) => runContainer(pod.sandboxId, configOf(pod), container, { attempt: 1 }),
    async sandboxes() {
      const { items } = await call<{ items: ListedSandbox[] }>('ListPodSandbox', {})
      return items.map(({ id, state, metadata: { name, namespace, uid } }) => ({
        sandboxId: id,
        state,
        name,
        namespace,
        uid,
      }))
    },
    async containers() {
      const { containers } = await call<{ containers: ListedContainer[] }>('ListContainers', {})
      return containers.map(({ id, pod_sandbox_id, state, metadata }) => ({
        id,
        podSandboxId: pod_sandbox_id,
        state,
        name: metadata.name,
      }))
    },
    stopContainer: (container_id) => call('StopContainer', { container_id, timeout: 0 }).then(() => {}),
    removeContainer: (container_id) => call('RemoveContainer', { container_id }).then(() => {}),
    async removePod(pod_sandbox_id) {
      await call('StopPodSandbox', { pod_sandbox_id })
      await call('RemovePodSandbox', { pod_sandbox_id })
    },
  }
}
