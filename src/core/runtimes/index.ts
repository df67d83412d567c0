import type { Runtime } from '../model/runtime.ts'
import { conmonCriO } from './conmon-cri-o.ts'
import { conmonPodman } from './conmon-podman.ts'
import { conmonRemains } from './conmon-remains.ts'
import { conmonrs } from './conmonrs.ts'
import { containerd } from './containerd.ts'
import { containerdShimRuncV1 } from './containerd-shim-runc-v1.ts'
import { containerdShimRuncV2 } from './containerd-shim-runc-v2.ts'
import { containerdShimV0 } from './containerd-shim-v0.ts'
import { containerdShimV1 } from './containerd-shim-v1.ts'
import { containerdShimRemains } from './containerd-shim-remains.ts'
import { crio } from './crio.ts'
import { dockerd } from './dockerd.ts'
import { kubelet } from './kubelet.ts'
import { podman } from './podman.ts'
import { runc } from './runc.ts'

/** Every runtime that we recognise. The first that recognises a process has it. */
export const runtimes: readonly Runtime[] = [
  containerd,
  dockerd,
  kubelet,
  crio,
  podman,
  containerdShimRuncV2,
  containerdShimRuncV1,
  containerdShimV1,
  containerdShimV0,
  containerdShimRemains,
  conmonCriO,
  conmonPodman,
  conmonrs,
  conmonRemains,
  runc,
]
