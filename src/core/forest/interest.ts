import type { ProcessSample, Wanted } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'

/** Cgroups that systemd makes for services and sessions: not containers, however their processes came there. */
const systemdUnit = /\.(?:service|slice|socket|mount|swap)$|^(?:init|session-[^/]*)\.scope$/

/**
 * Which processes deserve more than their cheap files, and how much more. Most processes of a node live inside a
 * container whose first process tells everything, so they are left alone.
 */
export function interestIn(
  processes: readonly ProcessSample[],
  recognizeOne: (process: ProcessSample) => Recognition | undefined,
): ReadonlyMap<number, Wanted> {
  const byPid = new Map<number, ProcessSample>()
  const wanted = new Map<number, Wanted>()
  for (const process of processes) {
    byPid.set(process.pid, process)
    if (process.kernelThread) continue
    const recognition = recognizeOne(process)
    if (recognition === undefined) continue
    wanted.set(process.pid, wantedOf(recognition))
  }

  for (const process of processes) {
    if (process.kernelThread || wanted.has(process.pid)) continue
    const above = wanted.get(process.ppid)?.interest
    if (above === 'shim' || above === 'engine') wanted.set(process.pid, { interest: 'root' })
    else if (process.state === 'Z') wanted.set(process.pid, { interest: 'zombie' })
    else if (isStray(process, byPid.get(process.ppid))) wanted.set(process.pid, { interest: 'stray' })
    else if (process.state === 'D') wanted.set(process.pid, { interest: 'blocked' })
  }

  // Whose child a shim, a stray or a zombie is decides what that means: is it the init of its pid namespace?
  for (const [pid, { interest }] of [...wanted]) {
    if (interest === 'root' || interest === 'daemon' || interest === 'blocked') continue
    const ppid = byPid.get(pid)?.ppid ?? 0
    if (ppid > 0 && byPid.has(ppid) && !wanted.has(ppid)) wanted.set(ppid, { interest: 'reaper' })
  }
  return wanted
}

function wantedOf(recognition: Recognition): Wanted {
  if (recognition.role === 'remains') return { interest: 'zombie' }
  if (recognition.role !== 'shim') return { interest: recognition.role }
  if (recognition.runtime.expects.bundle === 'cwd') return { interest: 'shim', bundle: 'cwd' }
  const { bundle, pidFile } = recognition
  return bundle === null
    ? { interest: 'shim' }
    : { interest: 'shim', bundle: { path: bundle, pidFile: pidFile ?? null } }
}

/** The first process of a cgroup that its parent is not in: a container's init that no shim is the parent of, perhaps. */
function isStray(process: ProcessSample, parent: ProcessSample | undefined): boolean {
  if (process.cgroup.kind !== 'known') return false
  const { path } = process.cgroup.value
  if (path === '/') return false
  if (parent?.cgroup.kind === 'known') {
    const above = parent.cgroup.value.path
    // systemd in a container makes cgroups below the container's own: whoever is in them has a parent in it.
    if (above === path || (above !== '/' && path.startsWith(`${above}/`))) return false
  }
  return !systemdUnit.test(path.slice(path.lastIndexOf('/') + 1))
}
