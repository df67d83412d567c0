import { createHash } from 'node:crypto'
import type { BundleDescription, ProcessDescription } from './node.ts'

/** Processes and bundles that recur on nodes, as their programs make them. */
export interface Part {
  readonly processes: readonly ProcessDescription[]
  readonly bundles: readonly BundleDescription[]
}

export const joined = (...parts: readonly Partial<Part>[]): Part => ({
  processes: parts.flatMap(({ processes }) => processes ?? []),
  bundles: parts.flatMap(({ bundles }) => bundles ?? []),
})

export const alone = (...processes: readonly ProcessDescription[]): Part => ({ processes, bundles: [] })

/** An id as engines make them, the same for the same word. */
export const idOf = (word: string): string => createHash('sha256').update(word).digest('hex')

/** A pod's uid, likewise. */
export function uidOf(word: string): string {
  const hex = idOf(`uid ${word}`)
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

/** A daemon that starts with the node and listens, in a service of its own. */
export const service = (process: ProcessDescription & { readonly name?: string }): Part => {
  const { name, ...rest } = process
  return alone({ threads: 12, ...(name === undefined ? {} : { cgroup: `/system.slice/${name}.service` }), ...rest })
}

export interface ContainerdPlace {
  readonly address: string
  /** Where it keeps bundles. */
  readonly state: string
}

/** Where containerd is unless told otherwise. */
export const containerdPlace: ContainerdPlace = { address: '/run/containerd/containerd.sock', state: '/run/containerd' }

export interface Workload extends Partial<Pick<ProcessDescription, 'innerPids' | 'netns' | 'state' | 'listens'>> {
  readonly id: string
  readonly pid: number
  readonly argv: readonly string[]
  readonly cgroup: string
  readonly annotations?: Readonly<Record<string, string>>
  /** No process is left of it. */
  readonly ended?: boolean
}

export interface ShimV2 {
  readonly pid: number
  /** The id that it is started for: that of a pod's sandbox, or its only container's. */
  readonly id: string
  readonly namespace: string
  readonly containers: readonly Workload[]
  readonly program?: string
  readonly place?: ContainerdPlace
  /** Connections from its daemon: one for each container unless told. */
  readonly accepted?: number
  readonly process?: Partial<ProcessDescription>
  readonly bundleFiles?: Readonly<Record<string, string>>
}

/** A shim of the v2 API with its containers and their bundles. containerd core/runtime/v2 */
export function shimV2({
  pid,
  id,
  namespace,
  containers,
  program,
  place = containerdPlace,
  accepted,
  process,
  bundleFiles,
}: ShimV2): Part {
  const directory = `${place.state}/io.containerd.runtime.v2.task/${namespace}`
  const socket = shimSocket(place.address, namespace, id)
  const shim: ProcessDescription = {
    pid,
    argv: [
      program ?? '/usr/bin/containerd-shim-runc-v2',
      '-namespace',
      namespace,
      '-id',
      id,
      '-address',
      place.address,
    ],
    cwd: `${directory}/${id}`,
    threads: 11,
    listens: [{ path: socket, accepted: accepted ?? containers.length }],
    ...process,
  }
  return {
    processes: [shim, ...containers.flatMap((container) => workload(container, pid))],
    bundles: containers.map((container) => ({
      path: `${directory}/${container.id}`,
      config: {
        args: container.argv,
        cgroupsPath: container.cgroup,
        ...(container.annotations === undefined ? {} : { annotations: container.annotations }),
      },
      initPid: innerPidOf(container),
      files: {
        address: `unix://${socket}`,
        ...(container.id === id ? { 'shim-binary-path': shim.argv[0] as string } : {}),
        ...bundleFiles,
      },
      ...(process?.mntns === undefined ? {} : { mntns: process.mntns }),
    })),
  }
}

/** `init.pid` is the pid in the shim's namespace: one above the innermost. */
const innerPidOf = ({ pid, innerPids }: Workload): number => innerPids?.at(-2) ?? pid

function workload(
  { id: _, annotations: _annotations, ended, ...process }: Workload,
  ppid: number,
): ProcessDescription[] {
  return ended === true ? [] : [{ innerPids: [1], ...process, ppid }]
}

/** pkg/shim util_unix.go, SocketAddress */
export const shimSocket = (address: string, namespace: string, id: string): string =>
  `/run/containerd/s/${createHash('sha256').update(`${address}/${namespace}/${id}`).digest('hex')}`

export interface Pod {
  readonly name: string
  readonly uid: string
  /** Path of its cgroup. */
  readonly cgroup: string
}

/** What containerd's CRI plugin writes into the bundles of a pod. internal/cri/annotations */
export function criAnnotations(
  pod: Pod,
  sandboxId: string,
  container?: { name: string; image: string },
): Record<string, string> {
  return {
    'io.kubernetes.cri.container-type': container === undefined ? 'sandbox' : 'container',
    'io.kubernetes.cri.sandbox-id': sandboxId,
    'io.kubernetes.cri.sandbox-name': pod.name,
    'io.kubernetes.cri.sandbox-namespace': 'default',
    'io.kubernetes.cri.sandbox-uid': pod.uid,
    ...(container === undefined
      ? {}
      : { 'io.kubernetes.cri.container-name': container.name, 'io.kubernetes.cri.image-name': container.image }),
  }
}

/** A pod of containerd: one shim, the sandbox, and one app. */
export function criPod(options: {
  readonly name: string
  readonly pid: number
  readonly argv: readonly string[]
  /** Its pids, of pause and app, where the node is nested. */
  readonly inner?: readonly (readonly number[])[]
  readonly parent?: string
  readonly shim?: Partial<Pick<ShimV2, 'program' | 'place' | 'process' | 'accepted'>>
}): Part {
  const { name, pid, argv, inner = [[1], [1]] } = options
  const uid = uidOf(name)
  const pod: Pod = { name, uid, cgroup: `${options.parent ?? '/kubepods'}/burstable/pod${uid}` }
  const sandbox = idOf(`${name} sandbox`)
  const app = idOf(`${name} app`)
  return shimV2({
    pid,
    id: sandbox,
    namespace: 'k8s.io',
    ...options.shim,
    containers: [
      {
        id: sandbox,
        pid: pid + 20,
        argv: ['/pause'],
        cgroup: `${pod.cgroup}/${sandbox}`,
        annotations: criAnnotations(pod, sandbox),
        innerPids: inner[0] ?? [1],
        netns: `pod ${name}`,
      },
      {
        id: app,
        pid: pid + 50,
        argv,
        cgroup: `${pod.cgroup}/${app}`,
        annotations: criAnnotations(pod, sandbox, { name: 'app', image: `docker.io/library/${name}:1` }),
        innerPids: inner[1] ?? [1],
        netns: `pod ${name}`,
      },
    ],
  })
}

/** containerd, as a service. */
export const containerd = (
  pid: number,
  process: Partial<ProcessDescription> = {},
  address = containerdPlace.address,
): Part =>
  service({
    pid,
    name: 'containerd',
    argv: ['/usr/bin/containerd'],
    listens: [address, `${address}.ttrpc`],
    ...process,
  })

/** kubelet, as a service. */
export const kubelet = (pid: number, flags: readonly string[], process: Partial<ProcessDescription> = {}): Part =>
  service({
    pid,
    name: 'kubelet',
    argv: ['/usr/bin/kubelet', '--config=/var/lib/kubelet/config.yaml', ...flags],
    threads: 18,
    ...process,
  })
