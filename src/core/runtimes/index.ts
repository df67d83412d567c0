import type { Runtime } from '../model/runtime.ts'
import { buildkitRunc } from './buildkit-runc.ts'
import { buildkitd } from './buildkitd.ts'
import { conmonCriO } from './conmon-cri-o.ts'
import { conmonPodman } from './conmon-podman.ts'
import { conmonRemains } from './conmon-remains.ts'
import { conmonrs } from './conmonrs.ts'
import { cloudHypervisor } from './cloud-hypervisor.ts'
import { containerd } from './containerd.ts'
import { containerdShimAwsFirecracker } from './containerd-shim-aws-firecracker.ts'
import { containerdShimKata } from './containerd-shim-kata-v2.ts'
import { containerdShimKataRs } from './containerd-shim-kata-v2-rs.ts'
import { containerdShimOther } from './containerd-shim-other.ts'
import { containerdShimRemains } from './containerd-shim-remains.ts'
import { containerdShimRuncV1 } from './containerd-shim-runc-v1.ts'
import { containerdShimRuncV2 } from './containerd-shim-runc-v2.ts'
import { containerdShimRuncV2Rs } from './containerd-shim-runc-v2-rs.ts'
import { containerdShimRunsc } from './containerd-shim-runsc-v1.ts'
import { containerdShimSpin } from './containerd-shim-spin.ts'
import { containerdShimV0 } from './containerd-shim-v0.ts'
import { containerdShimV1 } from './containerd-shim-v1.ts'
import { criContainerd } from './cri-containerd.ts'
import { criDockerd } from './cri-dockerd.ts'
import { crio } from './crio.ts'
import { dockerContainerdShimV0 } from './docker-containerd-shim-v0.ts'
import { containerdShimWasmedge } from './containerd-shim-wasmedge.ts'
import { containerdShimWasmer } from './containerd-shim-wasmer.ts'
import { containerdShimWasmtime } from './containerd-shim-wasmtime.ts'
import { crun } from './crun.ts'
import { dockerd } from './dockerd.ts'
import { firecracker } from './firecracker.ts'
import { firecrackerContainerd } from './firecracker-containerd.ts'
import { kataRuntime } from './kata-runtime.ts'
import { kubelet } from './kubelet.ts'
import { lxc } from './lxc.ts'
import { podman } from './podman.ts'
import { rkt } from './rkt.ts'
import { rktlet } from './rktlet.ts'
import { rootlesskit } from './rootlesskit.ts'
import { runc } from './runc.ts'
import { systemdNspawn } from './systemd-nspawn.ts'
import { qemu } from './qemu.ts'
import { runsc } from './runsc.ts'
import { runscExec } from './runsc-exec.ts'
import { runscGofer } from './runsc-gofer.ts'
import { runscSandbox } from './runsc-sandbox.ts'
import { runscUmount } from './runsc-umount.ts'
import { sysboxFs } from './sysbox-fs.ts'
import { sysboxMgr } from './sysbox-mgr.ts'
import { sysboxRunc } from './sysbox-runc.ts'
import { virtiofsd } from './virtiofsd.ts'
import { youki } from './youki.ts'

/** Every runtime that we recognise. The first that recognises a process has it. */
export const runtimes: readonly Runtime[] = [
  containerd,
  firecrackerContainerd,
  dockerd,
  kubelet,
  crio,
  podman,
  criContainerd,
  criDockerd,
  rktlet,
  rootlesskit,
  buildkitd,
  sysboxMgr,
  sysboxFs,
  containerdShimRuncV2,
  containerdShimRuncV2Rs,
  containerdShimRuncV1,
  containerdShimV1,
  containerdShimV0,
  dockerContainerdShimV0,
  containerdShimRunsc,
  containerdShimKata,
  containerdShimKataRs,
  containerdShimAwsFirecracker,
  containerdShimWasmtime,
  containerdShimWasmedge,
  containerdShimWasmer,
  containerdShimSpin,
  containerdShimOther,
  containerdShimRemains,
  conmonCriO,
  conmonPodman,
  conmonrs,
  conmonRemains,
  runscSandbox,
  runscGofer,
  runscExec,
  runscUmount,
  qemu,
  cloudHypervisor,
  firecracker,
  virtiofsd,
  runc,
  buildkitRunc,
  rkt,
  systemdNspawn,
  lxc,
  crun,
  youki,
  sysboxRunc,
  runsc,
  kataRuntime,
]
