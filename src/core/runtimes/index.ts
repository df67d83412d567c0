import type { Runtime } from '../model/runtime.ts'
import { buildkitRunc } from './buildkit-runc.ts'
import { buildkitd } from './buildkitd.ts'
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
import { criContainerd } from './cri-containerd.ts'
import { criDockerd } from './cri-dockerd.ts'
import { crio } from './crio.ts'
import { dockerContainerdShimV0 } from './docker-containerd-shim-v0.ts'
import { dockerd } from './dockerd.ts'
import { kubelet } from './kubelet.ts'
import { lxc } from './lxc.ts'
import { podman } from './podman.ts'
import { rkt } from './rkt.ts'
import { rktlet } from './rktlet.ts'
import { rootlesskit } from './rootlesskit.ts'
import { runc } from './runc.ts'
import { systemdNspawn } from './systemd-nspawn.ts'

/** Every runtime that we recognise. The first that recognises a process has it. */
export const runtimes: readonly Runtime[] = [
  containerd,
  dockerd,
  kubelet,
  crio,
  podman,
  criContainerd,
  criDockerd,
  rktlet,
  rootlesskit,
  buildkitd,
  containerdShimRuncV2,
  containerdShimRuncV1,
  containerdShimV1,
  containerdShimV0,
  dockerContainerdShimV0,
  containerdShimRemains,
  conmonCriO,
  conmonPodman,
  conmonrs,
  conmonRemains,
  runc,
  buildkitRunc,
  rkt,
  systemdNspawn,
  lxc,
]
