import type { Runtime } from '../model/runtime.ts'
import { containerd } from './containerd.ts'
import { containerdShimRuncV1 } from './containerd-shim-runc-v1.ts'
import { containerdShimRuncV2 } from './containerd-shim-runc-v2.ts'
import { containerdShimV0 } from './containerd-shim-v0.ts'
import { containerdShimV1 } from './containerd-shim-v1.ts'
import { containerdShimRemains } from './containerd-shim-remains.ts'
import { dockerd } from './dockerd.ts'
import { kubelet } from './kubelet.ts'
import { runc } from './runc.ts'

/** Every runtime that we recognise. The first that recognises a process has it. */
export const runtimes: readonly Runtime[] = [
  containerd,
  dockerd,
  kubelet,
  containerdShimRuncV2,
  containerdShimRuncV1,
  containerdShimV1,
  containerdShimV0,
  containerdShimRemains,
  runc,
]
