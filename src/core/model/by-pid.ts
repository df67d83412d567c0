interface WithPid {
  readonly pid: number
}

/** Where those begin, in the order of pids, whose pid is greater. */
export function firstAfter(sorted: readonly WithPid[], pid: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as WithPid).pid <= pid) low = middle + 1
    else high = middle
  }
  return low
}

/** The one with that pid, of a list in the order of pids. */
export function withPid<T extends WithPid>(sorted: readonly T[], pid: number): T | undefined {
  const found = sorted[firstAfter(sorted, pid - 1)]
  return found?.pid === pid ? found : undefined
}
