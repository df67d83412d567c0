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
    always: ['container-init-zombie', 'container-shimless', 'container-zombies', 'engine-stuck', 'sandbox-dead', 'shim-abandoned', 'shim-create-aborted', 'shim-daemonless', 'shim-exit-uncollected', 'shim-leaked', 'shim-transient-stuck', 'shim-wedged', 'shim-zombie'],
    sometimes: [],
  },
  'cgroup': {
    always: ['container-shimless'],
    sometimes: [],
  },
  'cmdline': {
    always: ['container-init-zombie', 'container-zombies', 'engine-stuck', 'sandbox-dead', 'shim-abandoned', 'shim-create-aborted', 'shim-daemonless', 'shim-exit-uncollected', 'shim-leaked', 'shim-transient-stuck', 'shim-wedged'],
    sometimes: ['container-shimless', 'shim-zombie'],
  },
  'cwd': {
    always: ['sandbox-dead', 'shim-create-aborted', 'shim-exit-uncollected'],
    sometimes: [],
  },
  'net/unix': {
    always: ['shim-daemonless', 'shim-exit-uncollected'],
    sometimes: ['shim-abandoned'],
  },
  'mountinfo': {
    always: [],
    sometimes: ['container-shimless'],
  },
  'bundle': {
    always: ['shim-create-aborted', 'shim-exit-uncollected'],
    sometimes: [],
  },
}
