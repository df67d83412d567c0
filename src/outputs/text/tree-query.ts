import type { Container, Process } from '../../core/model/snapshot.ts'
import type { Branch } from '../../core/snapshot/nest.ts'

/**
 * The branches that a person asked for: by pid (of a daemon, a shim, a container's first process, or any process of a
 * container when processes are at hand), by the start of a container's or sandbox's id, by the pod's name,
 * `namespace/name` or uid, or by a container's name. What keeps a match stays as the way to it; what a match keeps
 * stays whole.
 */
export function onlyMatching(
  branches: readonly Branch[],
  query: string,
  processes: readonly Process[],
): readonly Branch[] {
  const pid = /^\d+$/.test(query) ? Number(query) : null
  const owner = pid === null ? undefined : processes.find((process) => process.pid === pid)
  const keys = new Set([owner?.container, owner?.shim].filter((key) => typeof key === 'string'))
  const matches = (branch: Branch): boolean => keys.has(branch.key) || matchesItself(branch, query, pid)
  const prune = (branch: Branch): readonly Branch[] => {
    if (matches(branch)) return [branch]
    const children = branch.children.flatMap(prune)
    return children.length === 0 ? [] : [{ ...branch, children }]
  }
  return branches.flatMap(prune)
}

function matchesItself(branch: Branch, query: string, pid: number | null): boolean {
  switch (branch.kind) {
    case 'daemon':
      return branch.daemon.pid === pid
    case 'shim':
      return branch.shim.pid === pid || startsId(branch.shim.id, query)
    case 'container': {
      const { container } = branch
      if (pid !== null && (container.initPid === pid || container.execs.includes(pid))) return true
      return startsId(container.id, query) || container.name === query || isPod(container, query)
    }
  }
}

/** Fewer than four characters of a long id would match by chance. */
const startsId = (id: string | null, query: string): boolean =>
  id !== null && (id === query || (query.length >= 4 && id.startsWith(query)))

const isPod = ({ pod }: Container, query: string): boolean =>
  pod !== null && (pod.uid === query || pod.name === query || `${pod.namespace}/${pod.name}` === query)
