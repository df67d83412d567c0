import type { FieldName } from '../model/sight.ts'

export interface Silenced {
  readonly always: readonly string[]
  readonly sometimes: readonly string[]
}

/**
 * Verdicts that say nothing where a field is denied: in every recording that raises them, or in some of them. Measured,
 * and not written by hand: test/core/sight/silenced.test.ts closes each field in all recordings.
 */
// biome-ignore format: written by a test
export const silenced: Readonly<Partial<Record<FieldName, Silenced>>> = {
  'stat': {
    always: ['bundle-litter', 'cgroup-driver-mismatch', 'cgroup-litter', 'container-blocked', 'container-id-mismatch', 'container-init-zombie', 'container-shimless', 'container-twin', 'container-zombies', 'daemon-restarting', 'engine-stuck', 'node-pids-exhaustion', 'rootfs-busy', 'sandbox-dead', 'shim-abandoned', 'shim-abstract-socket', 'shim-binary-replaced', 'shim-bloated', 'shim-create-aborted', 'shim-daemonless', 'shim-duplicate', 'shim-exit-uncollected', 'shim-leaked', 'shim-reaper-stuck', 'shim-transient-stuck', 'shim-wedged', 'shim-zombie', 'vm-leftover'],
    sometimes: [],
  },
  'status': {
    always: ['container-id-mismatch'],
    sometimes: ['shim-exit-uncollected', 'vm-leftover'],
  },
  'cgroup': {
    always: ['cgroup-driver-mismatch', 'container-shimless'],
    sometimes: ['container-blocked', 'shim-daemonless'],
  },
  'cmdline': {
    always: ['bundle-litter', 'cgroup-litter', 'container-blocked', 'container-id-mismatch', 'container-init-zombie', 'container-twin', 'daemon-restarting', 'engine-stuck', 'rootfs-busy', 'sandbox-dead', 'shim-abandoned', 'shim-abstract-socket', 'shim-binary-replaced', 'shim-bloated', 'shim-create-aborted', 'shim-daemonless', 'shim-duplicate', 'shim-exit-uncollected', 'shim-leaked', 'shim-reaper-stuck', 'shim-transient-stuck', 'shim-wedged', 'vm-leftover'],
    sometimes: ['container-shimless', 'container-zombies', 'shim-zombie'],
  },
  'exe': {
    always: ['shim-binary-replaced'],
    sometimes: [],
  },
  'cwd': {
    always: ['bundle-litter', 'cgroup-litter', 'container-id-mismatch', 'container-twin', 'rootfs-busy', 'sandbox-dead', 'shim-create-aborted', 'shim-exit-uncollected', 'shim-leaked'],
    sometimes: [],
  },
  'root': {
    always: [],
    sometimes: ['vm-leftover'],
  },
  'ns/*': {
    always: ['shim-duplicate'],
    sometimes: ['shim-daemonless'],
  },
  'fd': {
    always: [],
    sometimes: ['shim-daemonless'],
  },
  'net/unix': {
    always: ['shim-abstract-socket', 'shim-binary-replaced', 'shim-daemonless', 'shim-exit-uncollected'],
    sometimes: ['shim-abandoned'],
  },
  'mountinfo': {
    always: ['rootfs-busy'],
    sometimes: ['container-shimless'],
  },
  'wchan': {
    always: [],
    sometimes: ['container-blocked'],
  },
  'bundle': {
    always: ['cgroup-litter', 'container-id-mismatch', 'container-twin', 'rootfs-busy', 'shim-create-aborted', 'shim-exit-uncollected'],
    sometimes: ['bundle-litter', 'vm-leftover'],
  },
  'cgroupfs': {
    always: ['cgroup-litter'],
    sometimes: ['container-blocked', 'container-zombies'],
  },
}
