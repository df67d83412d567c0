import { createHash } from 'node:crypto'
import type { BundleDescription, Listening, ProcessDescription } from './node.ts'

/** What constructed nodes with containerd have in common. */

export const address = '/run/containerd/containerd.sock'

const pods = {
  burstable: (uid: string, id: string) => `/kubepods/burstable/pod${uid}/${id}`,
}

/** kubelet and containerd under systemd. */
export const kubernetes = (at = address): ProcessDescription[] => [
  {
    pid: 1002,
    argv: ['/usr/bin/kubelet', '--container-runtime=remote', `--container-runtime-endpoint=unix://${at}`],
    cgroup: '/system.slice/kubelet.service',
    threads: 18,
    listens: ['/var/lib/kubelet/pod-resources/kubelet.sock'],
  },
  daemon('/usr/bin/containerd', at),
]

export const daemon = (program: string, at = address): ProcessDescription => ({
  pid: 1011,
  argv: [program, ...(at === address ? [] : ['--address', at])],
  cgroup: '/system.slice/containerd.service',
  threads: 24,
  listens: [at, `${at}.ttrpc`],
})

/** `/run/containerd/s/` and what containerd makes of address, namespace and id. pkg/shim/util_unix.go, SocketAddress */
export const shimSocket = (id: string, accepted: number, namespace = 'k8s.io', at = address): Listening => ({
  path: `/run/containerd/s/${createHash('sha256').update(`${at}/${namespace}/${id}`).digest('hex')}`,
  accepted,
})

export const bundlePath = (id: string, namespace = 'k8s.io', state = '/run/containerd'): string =>
  `${state}/io.containerd.runtime.v2.task/${namespace}/${id}`

export interface PodContainer {
  readonly id: string
  /** Left out: the sandbox. */
  readonly name?: string
  readonly initPid?: number
  readonly args?: readonly string[]
  /** Id of the sandbox whose shim's socket stands in `address`. */
  readonly shimId?: string
}

export interface PodNames {
  readonly sandboxId: string
  readonly uid: string
  readonly name: string
}

export const podCgroup = ({ uid }: PodNames, id: string): string => pods.burstable(uid, id)

/** The bundle of a pod's container, as the CRI plugin annotates it. internal/cri/annotations/annotations.go */
export function podBundle(
  pod: PodNames,
  { id, name, initPid, args, shimId = pod.sandboxId }: PodContainer,
): BundleDescription {
  return {
    path: bundlePath(id),
    config: {
      args: args ?? [name === undefined ? '/pause' : `/bin/${name}`],
      cgroupsPath: podCgroup(pod, id),
      annotations: {
        'io.kubernetes.cri.container-type': name === undefined ? 'sandbox' : 'container',
        'io.kubernetes.cri.sandbox-id': pod.sandboxId,
        'io.kubernetes.cri.sandbox-name': pod.name,
        'io.kubernetes.cri.sandbox-namespace': 'default',
        'io.kubernetes.cri.sandbox-uid': pod.uid,
        ...(name === undefined ? {} : { 'io.kubernetes.cri.container-name': name }),
      },
    },
    ...(initPid === undefined ? {} : { initPid }),
    files: { address: `unix://${shimSocket(shimId, 0).path}` },
  }
}
