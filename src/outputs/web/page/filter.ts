import type { Branch } from '../../../core/snapshot/nest.ts'

export interface Filter {
  readonly text: string
  readonly onlyWrong: boolean
}

/** The branches that fit, with what leads to them and all that they keep. */
export function filterForest(branches: readonly Branch[], filter: Filter): readonly Branch[] {
  const text = filter.text.trim().toLowerCase()
  if (text === '' && !filter.onlyWrong) return branches
  const keep = (branch: Branch): Branch[] => {
    const fits = (text === '' || wordsOf(branch).includes(text)) && (!filter.onlyWrong || branch.verdicts.length > 0)
    if (fits) return [branch]
    const children = branch.children.flatMap(keep)
    return children.length === 0 ? [] : [{ ...branch, children }]
  }
  return branches.flatMap(keep)
}

/** What one searches an element by: its names, ids, pids and the codes of its verdicts. */
function wordsOf(branch: Branch): string {
  const codes = branch.verdicts.map(({ code }) => code)
  switch (branch.kind) {
    case 'daemon': {
      const { runtime, pid, addresses } = branch.daemon
      return words(runtime, pid, ...addresses, ...codes)
    }
    case 'shim': {
      const { runtime, pid, id, containerdNamespace, supervision, relation } = branch.shim
      return words(runtime, pid, id, containerdNamespace, supervision, relation, ...codes)
    }
    case 'container': {
      const { name, id, pod, state, initPid, image, execs } = branch.container
      return words(name, id, pod?.name, pod?.namespace, pod?.uid, state, initPid, image, ...execs, ...codes)
    }
  }
}

const words = (...values: (string | number | null | undefined)[]): string =>
  values
    .filter((value) => value !== null && value !== undefined)
    .join('\n')
    .toLowerCase()
