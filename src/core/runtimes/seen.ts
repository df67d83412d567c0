export interface Seen {
  readonly roles: readonly string[]
  /** Of what was seen as a shim, at the end of each recording. */
  readonly relations: readonly string[]
  /** Of real nodes, or constructed. */
  readonly recordings: readonly string[]
}

/** What the recordings show of each runtime. Found, and not written by hand: test/core/runtimes/seen.test.ts looks into all. */
// biome-ignore format: written by a test
export const seen: Readonly<Record<string, Seen>> = {
  'containerd': { roles: ['daemon'], relations: [], recordings: ['constructed', 'real'] },
  'firecracker-containerd': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'dockerd': { roles: ['daemon'], relations: [], recordings: ['constructed', 'real'] },
  'kubelet': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'crio': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'podman': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'cri-containerd': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'cri-dockerd': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'rktlet': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'rootlesskit': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'buildkitd': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'sysbox-mgr': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'sysbox-fs': { roles: ['daemon'], relations: [], recordings: ['constructed'] },
  'containerd-shim-runc-v2': { roles: ['engine', 'shim'], relations: ['empty', 'one-to-one', 'pod', 'sandbox-only', 'starting'], recordings: ['constructed', 'real'] },
  'containerd-shim-runc-v2-rs': { roles: ['shim'], relations: ['one-to-one', 'starting'], recordings: ['constructed'] },
  'containerd-shim-runc-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], recordings: ['constructed', 'real'] },
  'containerd-shim-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], recordings: ['constructed', 'real'] },
  'containerd-shim-v0': { roles: ['engine', 'shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'docker-containerd-shim-v0': { roles: ['shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'containerd-shim-runsc-v1': { roles: ['shim'], relations: ['empty', 'one-to-one', 'pod', 'sandbox-only'], recordings: ['constructed'] },
  'containerd-shim-kata-v2': { roles: ['engine', 'shim'], relations: ['vm'], recordings: ['constructed'] },
  'containerd-shim-kata-v2-rs': { roles: ['shim'], relations: ['vm'], recordings: ['constructed'] },
  'containerd-shim-aws-firecracker': { roles: ['shim'], relations: ['vm'], recordings: ['constructed'] },
  'containerd-shim-wasmtime': { roles: ['shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'containerd-shim-wasmedge': { roles: ['shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'containerd-shim-wasmer': { roles: ['shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'containerd-shim-spin': { roles: ['shim'], relations: ['pod'], recordings: ['constructed'] },
  'containerd-shim-other': { roles: ['shim'], relations: ['one-to-one'], recordings: ['constructed'] },
  'containerd-shim-remains': { roles: ['remains'], relations: [], recordings: ['real'] },
  'conmon-cri-o': { roles: ['engine', 'shim'], relations: ['one-to-one', 'sandbox-only'], recordings: ['constructed'] },
  'conmon-podman': { roles: ['engine', 'shim'], relations: ['empty', 'one-to-one', 'sandbox-only'], recordings: ['constructed', 'real'] },
  'conmonrs': { roles: ['shim'], relations: ['pod'], recordings: ['constructed'] },
  'conmon-remains': { roles: ['remains'], relations: [], recordings: ['constructed', 'real'] },
  'runsc-sandbox': { roles: ['machine'], relations: [], recordings: ['constructed', 'real'] },
  'runsc-gofer': { roles: ['machine'], relations: [], recordings: ['constructed', 'real'] },
  'runsc-exec': { roles: ['machine'], relations: [], recordings: ['real'] },
  'runsc-umount': { roles: ['machine'], relations: [], recordings: ['real'] },
  'qemu': { roles: ['machine'], relations: [], recordings: ['constructed'] },
  'cloud-hypervisor': { roles: ['machine'], relations: [], recordings: ['constructed'] },
  'firecracker': { roles: ['machine'], relations: [], recordings: ['constructed'] },
  'virtiofsd': { roles: ['machine'], relations: [], recordings: ['constructed'] },
  'runc': { roles: ['engine'], relations: [], recordings: ['constructed', 'real'] },
  'buildkit-runc': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'rkt': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'systemd-nspawn': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'lxc': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'crun': { roles: ['engine'], relations: [], recordings: ['constructed', 'real'] },
  'youki': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'sysbox-runc': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'runsc': { roles: ['engine'], relations: [], recordings: ['constructed'] },
  'kata-runtime': { roles: ['engine'], relations: [], recordings: ['constructed'] },
}
