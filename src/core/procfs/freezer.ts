type FreezerState = 'THAWED' | 'FREEZING' | 'FROZEN'

/** Parses a v1 `freezer.state`. Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst */
export function parseFreezerState(text: string): FreezerState | undefined {
  const state = text.trim()
  return state === 'THAWED' || state === 'FREEZING' || state === 'FROZEN' ? state : undefined
}

/**
 * Parses a v2 `cgroup.events`: `frozen 1` once every process has stopped. Where that is not told, v2 cannot freeze, as before
 * Linux 5.2. Documentation/admin-guide/cgroup-v2.rst
 */
export function parseCgroupEvents(text: string): FreezerState | undefined {
  const frozen = /^frozen ([01])$/m.exec(text)?.[1]
  if (frozen === undefined) return /^populated [01]$/m.test(text) ? 'THAWED' : undefined
  return frozen === '1' ? 'FROZEN' : 'THAWED'
}
