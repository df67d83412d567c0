import type { BundleConfig } from '../model/host.ts'
import type { Pod } from '../model/snapshot.ts'

/** What the CRI plugin writes into every bundle. containerd internal/cri/annotations/annotations.go */
const CRI = 'io.kubernetes.cri.'

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

export function namesIn({ annotations }: BundleConfig): Names {
  const cri = (name: string) => annotations.get(CRI + name) ?? null
  const type = cri('container-type')
  const uid = cri('sandbox-uid')
  // cmd/containerd-shim-runc-v2/manager, groupLabels: this one first
  const asked = annotations.get('io.containerd.runc.v2.group') ?? null
  return {
    role: type === 'sandbox' || type === 'container' ? type : null,
    name: cri('container-name'),
    image: cri('image-name'),
    pod:
      uid === null ? null : { uid: uid.toLowerCase(), name: cri('sandbox-name'), namespace: cri('sandbox-namespace') },
    group: asked ?? cri('sandbox-id'),
    grouped: asked !== null,
  }
}
