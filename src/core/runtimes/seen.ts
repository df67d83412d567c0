export interface Seen {
  readonly roles: readonly string[]
  /** Of what was seen as a shim, at the end of each recording. */
  readonly relations: readonly string[]
  /** Recordings of real nodes that it is in. */
  readonly real: number
  readonly constructed: number
}

/** In which recordings each runtime is. Counted, and not written by hand: test/core/runtimes/seen.test.ts looks into all. */
// biome-ignore format: written by a test
export const seen: Readonly<Record<string, Seen>> = {
  'containerd': { roles: ['daemon'], relations: [], real: 86, constructed: 64 },
  'firecracker-containerd': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'dockerd': { roles: ['daemon'], relations: [], real: 8, constructed: 12 },
  'kubelet': { roles: ['daemon'], relations: [], real: 0, constructed: 40 },
  'crio': { roles: ['daemon'], relations: [], real: 0, constructed: 6 },
  'podman': { roles: ['daemon'], relations: [], real: 0, constructed: 2 },
  'cri-containerd': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'cri-dockerd': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'rktlet': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'rootlesskit': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'buildkitd': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'sysbox-mgr': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'sysbox-fs': { roles: ['daemon'], relations: [], real: 0, constructed: 1 },
  'containerd-shim-runc-v2': { roles: ['engine', 'shim'], relations: ['empty', 'one-to-one', 'pod', 'sandbox-only', 'starting'], real: 81, constructed: 30 },
  'containerd-shim-runc-v2-rs': { roles: ['shim'], relations: ['one-to-one', 'starting'], real: 0, constructed: 2 },
  'containerd-shim-runc-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], real: 8, constructed: 2 },
  'containerd-shim-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], real: 8, constructed: 3 },
  'containerd-shim-v0': { roles: ['engine', 'shim'], relations: ['one-to-one'], real: 0, constructed: 3 },
  'docker-containerd-shim-v0': { roles: ['shim'], relations: ['one-to-one'], real: 0, constructed: 3 },
  'containerd-shim-runsc-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'pod', 'sandbox-only'], real: 0, constructed: 3 },
  'containerd-shim-kata-v2': { roles: ['engine', 'shim'], relations: ['vm'], real: 0, constructed: 10 },
  'containerd-shim-kata-v2-rs': { roles: ['shim'], relations: ['vm'], real: 0, constructed: 4 },
  'containerd-shim-aws-firecracker': { roles: ['shim'], relations: ['vm'], real: 0, constructed: 1 },
  'containerd-shim-wasmtime': { roles: ['shim'], relations: ['one-to-one'], real: 0, constructed: 1 },
  'containerd-shim-wasmedge': { roles: ['shim'], relations: ['one-to-one'], real: 0, constructed: 1 },
  'containerd-shim-wasmer': { roles: ['shim'], relations: ['one-to-one'], real: 0, constructed: 1 },
  'containerd-shim-spin': { roles: ['shim'], relations: ['pod'], real: 0, constructed: 2 },
  'containerd-shim-other': { roles: ['shim'], relations: ['one-to-one'], real: 0, constructed: 1 },
  'containerd-shim-remains': { roles: ['remains'], relations: [], real: 2, constructed: 0 },
  'conmon-cri-o': { roles: ['engine', 'shim'], relations: ['one-to-one', 'sandbox-only'], real: 0, constructed: 5 },
  'conmon-podman': { roles: ['engine', 'shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], real: 7, constructed: 4 },
  'conmonrs': { roles: ['shim'], relations: ['pod'], real: 0, constructed: 1 },
  'conmon-remains': { roles: ['remains'], relations: [], real: 1, constructed: 1 },
  'runsc-sandbox': { roles: ['machine'], relations: [], real: 6, constructed: 3 },
  'runsc-gofer': { roles: ['machine'], relations: [], real: 6, constructed: 3 },
  'runsc-exec': { roles: ['machine'], relations: [], real: 1, constructed: 0 },
  'runsc-umount': { roles: ['machine'], relations: [], real: 2, constructed: 0 },
  'qemu': { roles: ['machine'], relations: [], real: 0, constructed: 10 },
  'cloud-hypervisor': { roles: ['machine'], relations: [], real: 0, constructed: 1 },
  'firecracker': { roles: ['machine'], relations: [], real: 0, constructed: 3 },
  'virtiofsd': { roles: ['machine'], relations: [], real: 0, constructed: 8 },
  'runc': { roles: ['engine'], relations: [], real: 7, constructed: 4 },
  'buildkit-runc': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
  'rkt': { roles: ['engine'], relations: [], real: 0, constructed: 2 },
  'systemd-nspawn': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
  'lxc': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
  'crun': { roles: ['engine'], relations: [], real: 1, constructed: 2 },
  'youki': { roles: ['engine'], relations: [], real: 0, constructed: 2 },
  'sysbox-runc': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
  'runsc': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
  'kata-runtime': { roles: ['engine'], relations: [], real: 0, constructed: 1 },
}
