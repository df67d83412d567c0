import type { CgroupMembership } from '../model/process.ts'

/** Where a container shows first, when hierarchies disagree: a supervisor often moves only some of them. */
const preferred = ['name=systemd', 'freezer', 'pids', 'devices', 'cpu', 'cpuset']

/**
 * Parses `/proc/<pid>/cgroup`: lines `ID:CONTROLLERS:PATH`; the unified hierarchy has id 0 and no controllers.
 * A path may hold colons but no newline: the kernel refuses to make such a cgroup. cgroups(7), kernel/cgroup/cgroup.c
 */
export function parseCgroup(text: string): CgroupMembership | undefined {
  let unified: string | null = null
  const controllers = new Map<string, string>()
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    const first = text.indexOf(':', start)
    const second = text.indexOf(':', first + 1)
    if (first < 0 || second < 0 || second >= end || text[second + 1] !== '/') return undefined
    const path = text.slice(second + 1, end)
    if (second === first + 1) unified = path
    else for (const name of text.slice(first + 1, second).split(',')) controllers.set(name, path)
    start = end + 1
  }
  if (unified === null && controllers.size === 0) return undefined
  return { unified, controllers, path: tellingPath(unified, controllers) }
}

function tellingPath(unified: string | null, controllers: ReadonlyMap<string, string>): string {
  if (unified !== null && unified !== '/') return unified
  for (const name of preferred) {
    const path = controllers.get(name)
    if (path !== undefined && path !== '/') return path
  }
  for (const path of controllers.values()) if (path !== '/') return path
  return '/'
}
