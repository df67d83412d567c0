import type { CgroupMembership } from '../model/process.ts'

/**
 * Hierarchies may disagree: a supervisor often moves a process in some of them only, an engine in a container that is
 * not shown the unified one not in that. The deepest path tells most; of equally deep ones, the first of these.
 */
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
  const first = preferred.flatMap((name) => controllers.get(name) ?? [])
  let telling = '/'
  let depth = 0
  for (const path of [...(unified === null ? [] : [unified]), ...first, ...controllers.values()]) {
    const own = depthOf(path)
    if (own > depth) [telling, depth] = [path, own]
  }
  return telling
}

function depthOf(path: string): number {
  if (path === '/') return 0
  let depth = 0
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth += 1
  return depth
}
