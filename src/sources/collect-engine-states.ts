import { parseRuncState } from '../core/procfs/runc-state.ts'
import { baseName, directoryOf } from '../core/model/path.ts'
import type { BundleSample, EngineStateSample } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** A container with thousands of mounts stays below this. */
const STATE_BYTES = 4 * 1024 * 1024
const MOST_NAMESPACES = 16
/** States read in one pass for the sake of a suspicion. */
const MOST_SUSPECTS = 32
/** So that no name leads out of the directory. */
const identifier = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/

/** Where containerd's shims keep the states of runc, one directory for each containerd namespace. pkg/process, RuncRoot */
const SHIM_ROOT = '/run/containerd/runc'
/** The same of dockerd's. daemon/daemon_unix.go */
const DOCKER_ROOT = '/run/docker/runtime-runc/moby'

/** The state of a container that a shim's engine keeps, seen through the root of a process of the node. */
export function findEngineState(
  source: ProcSource,
  tally: Tally,
  viewer: number,
  id: string,
): EngineStateSample | null {
  if (!identifier.test(id)) return null
  const namespaces = valueOf(tally.count('state.json', source.list(`/proc/${viewer}/root${SHIM_ROOT}`))) ?? []
  const roots = namespaces.filter((name) => identifier.test(name)).map((name) => `${SHIM_ROOT}/${name}`)
  for (const root of [...roots.slice(0, MOST_NAMESPACES), DOCKER_ROOT]) {
    const found = engineStateAt(source, tally, viewer, `${root}/${id}/state.json`)
    if (found !== null) return found
  }
  return null
}

/** @returns `null` where there is none. */
function engineStateAt(source: ProcSource, tally: Tally, viewer: number, path: string): EngineStateSample | null {
  const at = `/proc/${viewer}/root${path}`
  const state = mapReading(text(tally.count('state.json', source.readWhole(at, STATE_BYTES))), parseRuncState)
  return state.kind === 'gone' ? null : { id: baseName(directoryOf(path)), path, source: at, state }
}

/** A bundle whose `init.pid` names a process that no shim is the parent of. */
type Suspect = Pick<BundleSample, 'id' | 'path'> & { readonly pid: number; readonly viewer: number }

/**
 * Of bundles whose `init.pid` is the pid of a process that no shim is the parent of: the engine's own record tells a
 * pid that was used again. On a healthy node there is none such, and nothing is read.
 */
export class EngineStates {
  #initPids: ReadonlySet<number> | undefined
  #bundles: readonly BundleSample[] | undefined
  #suspects: readonly Suspect[] = []

  /** @param initPids and bundles: the very same as in the last pass where nothing in them changed. */
  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    initPids: ReadonlySet<number>,
    bundles: readonly BundleSample[],
  ): EngineStateSample[] {
    if (initPids !== this.#initPids || bundles !== this.#bundles) {
      this.#initPids = initPids
      this.#bundles = bundles
      this.#suspects = bundles.flatMap(({ id, path, initPid, readThrough }) =>
        initPid.kind !== 'known' || initPids.has(initPid.value) || readThrough === null
          ? []
          : [{ id, path, pid: initPid.value, viewer: Number.parseInt(readThrough, 10) }],
      )
    }
    const states: EngineStateSample[] = []
    for (const { id, path, pid: suspect, viewer } of this.#suspects) {
      if (states.length >= MOST_SUSPECTS) break
      if (!processes.some(({ pid }) => pid === suspect)) continue
      const namespace = baseName(directoryOf(path))
      const found = engineStateAt(source, tally, viewer, `${SHIM_ROOT}/${namespace}/${id}/state.json`)
      if (found !== null) states.push(found)
    }
    return states
  }
}
