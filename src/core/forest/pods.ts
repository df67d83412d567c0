import type { BundleConfig } from '../model/host.ts'
import { podUid } from '../model/pod-uid.ts'
import type { Pod } from '../model/snapshot.ts'

/** What the CRI plugin writes into every bundle. containerd internal/cri/annotations/annotations.go */
const CRI = 'io.kubernetes.cri.'
/** What CRI-O does, and podman in part. cri-o internal/annotations/annotations.go, podman pkg/annotations */
const CRIO = 'io.kubernetes.cri-o.'
/** kubelet's labels, which CRI-O writes among the annotations. kubernetes pkg/kubelet/types/labels.go */
const KUBELET = 'io.kubernetes.'

export interface Names {
  readonly role: 'sandbox' | 'container' | null
  readonly name: string | null
  readonly image: string | null
  readonly pod: Pod | null
  /** Id of the shim that is to keep it: the pod's sandbox, or a group that somebody asked for. */
  readonly group: string | null
  /** Whether that group was asked for by annotation, outside of Kubernetes. */
  readonly grouped: boolean
}

export const namesUnknown: Names = { role: null, name: null, image: null, pod: null, group: null, grouped: false }

export function namesIn({ annotations }: Pick<BundleConfig, 'annotations'>): Names {
  const cri = (name: string) => annotations.get(CRI + name) ?? null
  const crio = (name: string) => annotations.get(CRIO + name) ?? null
  const kubelet = (name: string) => annotations.get(KUBELET + name) ?? null
  const type = cri('container-type') ?? crio('ContainerType')
  const uid = cri('sandbox-uid') ?? kubelet('pod.uid')
  // cmd/containerd-shim-runc-v2/manager, groupLabels: this one first
  const asked = annotations.get('io.containerd.runc.v2.group') ?? null
  return {
    role: type === 'sandbox' || type === 'container' ? type : null,
    // CRI-O calls every sandbox POD, which is no name.
    name: cri('container-name') ?? (type === 'sandbox' ? null : kubelet('container.name')),
    image: cri('image-name') ?? crio('Image') ?? crio('ImageName'),
    pod:
      uid === null
        ? null
        : {
            uid: podUid(uid),
            name: cri('sandbox-name') ?? kubelet('pod.name'),
            namespace: cri('sandbox-namespace') ?? kubelet('pod.namespace'),
          },
    group: asked ?? cri('sandbox-id') ?? crio('SandboxID'),
    grouped: asked !== null,
  }
}
