import type { ProcessSample, Wanted } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import { isKernel } from './machines.ts'
import { isSameShim } from './shims.ts'

/** Cgroups that systemd makes for services and sessions: not containers, however their processes came there. */
export const systemdUnit = /\.(?:service|slice|socket|mount|swap)$|^(?:init|session-[^/]*)\.scope$/

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
  const recognitions = new Map<number, Recognition>()
  for (const process of processes) {
    byPid.set(process.pid, process)
    if (process.kernelThread) continue
    const recognition = recognizeOne(process)
    if (recognition === undefined) continue
    recognitions.set(process.pid, recognition)
  }
  const isTenant = tenantsAmong(byPid, recognitions)
  for (const [pid, recognition] of recognitions) {
    if (isTenant(pid)) continue
    const above = recognitions.get(byPid.get(pid)?.ppid ?? 0)
    // A fork of a shim works where the shim does: read through one of them, the bundle is the shim's.
    wanted.set(pid, isSameShim(above, recognition) ? { interest: 'shim' } : wantedOf(recognition))
  }

  for (const process of processes) {
    if (process.kernelThread || wanted.has(process.pid)) {
      // gVisor's kernel is all that shows of a container, also where nobody keeps it.
      if (isKernel(recognitions.get(process.pid)) && !keeps(wanted.get(process.ppid))) {
        wanted.set(process.pid, { interest: 'stray' })
      }
      continue
    }
    if (keeps(wanted.get(process.ppid))) wanted.set(process.pid, { interest: 'root' })
    else if (process.state === 'Z') wanted.set(process.pid, { interest: 'zombie' })
    else if (isStray(process, byPid.get(process.ppid))) wanted.set(process.pid, { interest: 'stray' })
    else if (process.state === 'D') wanted.set(process.pid, { interest: 'blocked' })
  }

  // What is the node's own, and what a container's, shows against its first process.
  if (byPid.has(1) && !wanted.has(1)) wanted.set(1, { interest: 'reaper' })
  // Whose child a shim, a stray or a zombie is decides what that means: is it the init of its pid namespace?
  for (const [pid, { interest }] of [...wanted]) {
    if (interest === 'root' || interest === 'daemon' || interest === 'blocked') continue
    const ppid = byPid.get(pid)?.ppid ?? 0
    if (ppid > 0 && byPid.has(ppid) && !wanted.has(ppid)) wanted.set(ppid, { interest: 'reaper' })
  }
  return wanted
}

/**
 * Whoever calls itself a shim below a shim is what that one keeps, and may have filled its working directory with
 * anything: it is not looked into, but where a daemon runs below the same shim, and makes a node of its container, or
 * where it has a child in another cgroup, as every shim has that keeps something.
 */
function tenantsAmong(
  byPid: ReadonlyMap<number, ProcessSample>,
  recognitions: ReadonlyMap<number, Recognition>,
): (pid: number) => boolean {
  const keeperAbove = (pid: number): number | undefined => {
    const seen = new Set<number>()
    for (let above = byPid.get(pid)?.ppid ?? 0; above > 1 && !seen.has(above); above = byPid.get(above)?.ppid ?? 0) {
      if (recognitions.get(above)?.role === 'shim') return above
      seen.add(above)
    }
    return undefined
  }
  const nodes = new Set<number>()
  for (const [pid, { role }] of recognitions) {
    const keeper = role === 'daemon' ? keeperAbove(pid) : undefined
    if (keeper !== undefined) nodes.add(keeper)
  }
  const keeping = new Set<number>()
  for (const { ppid, cgroup } of byPid.values()) {
    if (recognitions.get(ppid)?.role !== 'shim' || cgroup.kind !== 'known') continue
    const above = byPid.get(ppid)?.cgroup
    if (above?.kind === 'known' && above.value.path !== cgroup.value.path) keeping.add(ppid)
  }
  return (pid) => {
    const keeper = recognitions.get(pid)?.role === 'shim' ? keeperAbove(pid) : undefined
    return keeper !== undefined && !nodes.has(keeper) && !keeping.has(pid)
  }
}
const keeps = (above: Wanted | undefined): boolean => above?.interest === 'shim' || above?.interest === 'engine'

function wantedOf(recognition: Recognition): Wanted {
  if (recognition.role === 'remains') return { interest: 'zombie' }
  if (recognition.role !== 'shim') return { interest: recognition.role }
  const { bundle, pidFile, machineDirectory, runtime } = recognition
  const isGiven = runtime.expects.bundle !== 'cwd' && bundle !== null
  return {
    interest: 'shim',
    ...(runtime.expects.bundle === 'cwd' ? { bundle: 'cwd' } : {}),
    ...(isGiven ? { bundle: { path: bundle, pidFile: pidFile ?? null } } : {}),
    ...(runtime.expects.mounts === 'own' ? { ownMounts: true } : {}),
    ...(machineDirectory === undefined ? {} : { directories: [machineDirectory] }),
  }
}

/** The first process of a cgroup that its parent is not in: a container's init that no shim is the parent of, perhaps. */
export function isStray(process: ProcessSample, parent: ProcessSample | undefined): boolean {
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
