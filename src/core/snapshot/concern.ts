import type { Severity, Snapshot, Subject } from '../model/snapshot.ts'

/** Whom a rule has found something about, whether it is said yet or not. */
export interface Suspicion {
  readonly severity: Severity
  readonly subject: Subject
}

/**
 * Pids that are to be looked at in the next pass, whatever else is: of those that something is held against, and of what
 * is on its way to be something else. What is merely remarkable about somebody stays so.
 */
export function concernIn(
  { daemons, shims, containers }: Pick<Snapshot, 'daemons' | 'shims' | 'containers'>,
  suspicions: readonly Suspicion[],
): ReadonlySet<number> {
  const pids = new Set<number>()
  const keys = new Set<string>()
  const ids = new Set<string>()
  for (const { severity, subject } of suspicions) {
    if (severity === 'info') continue
    if (subject.pid !== undefined) pids.add(subject.pid)
    if (subject.key !== undefined) keys.add(subject.key)
    if (subject.id !== undefined) ids.add(subject.id)
  }
  for (const { key, pid, state } of daemons) if (state === 'starting' || keys.has(key)) pids.add(pid)
  for (const { key, pid, id, relation, bundleDeleted } of shims) {
    const isOnItsWay = relation === 'starting' || bundleDeleted === true
    if (!isOnItsWay && !keys.has(key) && !(id !== null && ids.has(id))) continue
    keys.add(key)
    pids.add(pid)
  }
  // Made when it is asked for: mostly nobody is suspected.
  let keepers: Map<string, number> | undefined
  for (const { key, id, shim, initPid, state } of containers) {
    const isKeptBySuspect = shim !== null && keys.has(shim)
    if (state !== 'creating' && !keys.has(key) && !ids.has(id) && !isKeptBySuspect) continue
    if (initPid !== null) pids.add(initPid)
    keepers ??= new Map(shims.map(({ key, pid }) => [key, pid]))
    const keeper = shim === null ? undefined : keepers.get(shim)
    if (keeper !== undefined) pids.add(keeper)
  }
  return pids
}
