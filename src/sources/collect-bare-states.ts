import { parseRuncState } from '../core/procfs/runc-state.ts'
import type { EngineStateSample } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import type { Attention } from './attention.ts'
import { text } from './collect-detail.ts'
import type { ProcSource } from './proc-source.ts'
import { isTurn } from './rhythm.ts'
import type { Tally } from './tally.ts'

/** Where runc keeps its states unless told otherwise; shims and dockerd tell it. man/runc.8.md, --root */
const ROOT = '/run/runc'
/** A container with thousands of mounts stays below this. */
const STATE_BYTES = 4 * 1024 * 1024
const MOST_STATES = 1_024
/** So that no name leads out of the directory. runc utils_linux.go, validateID */
const identifier = /^[\w+.-]*\w[\w+.-]*$/

/**
 * The states of containers that runc runs for somebody who is no daemon. One directory is listed for each system that
 * such a container may live in: the node's own, and that of whoever is the parent of a stray, in a nested one.
 */
export class BareStates {
  /** By place and inode: a state that was read once is not read again while its directory lives. */
  #read: ReadonlyMap<string, EngineStateSample> = new Map()
  #states: EngineStateSample[] = []
  #viewers: { readonly closer: unknown; readonly strays: unknown; readonly pids: readonly number[] } | undefined

  collect(
    source: ProcSource,
    tally: Tally,
    closer: readonly ProcessSample[],
    strays: readonly ProcessSample[],
    attention: Attention,
  ): EngineStateSample[] {
    const { closer: before, strays: straysBefore } = this.#viewers ?? {}
    const stirs = before !== closer || straysBefore !== strays || attention.look === 'closely'
    if (!stirs && attention.concern.size === 0 && !isTurn(1, attention.rhythm.keepers, attention)) return this.#states
    const read = new Map<string, EngineStateSample>()
    if (this.#viewers?.closer !== closer || this.#viewers.strays !== strays) {
      this.#viewers = { closer, strays, pids: viewersIn(closer, strays) }
    }
    for (const viewer of this.#viewers.pids) {
      const directory = `/proc/${viewer}/root${ROOT}`
      const names = valueOf(tally.count('state.json', source.list(directory))) ?? []
      for (const id of names.slice(0, MOST_STATES)) {
        if (!identifier.test(id)) continue
        const facts = tally.count('state.json', source.facts(`${directory}/${id}`))
        const identity = `${directory}/${id} ${valueOf(facts)?.inode}`
        const before = this.#read.get(identity)
        // Written when the creation is done.
        const sample = before?.state.kind === 'known' ? before : readState(source, tally, directory, id)
        if (sample.state.kind !== 'gone') read.set(identity, sample)
      }
    }
    this.#read = read
    this.#states = [...read.values()]
    return this.#states
  }
}

function readState(source: ProcSource, tally: Tally, directory: string, id: string): EngineStateSample {
  const at = `${directory}/${id}/state.json`
  const bytes = tally.count('state.json', source.readWhole(at, STATE_BYTES))
  return { id, path: `${ROOT}/${id}/state.json`, source: at, state: mapReading(text(bytes), parseRuncState) }
}

/** Process 1, and one parent of a stray for each other mount namespace. */
function viewersIn(closer: readonly ProcessSample[], strays: readonly ProcessSample[]): number[] {
  // Process 1 is looked at in every pass, and so is the parent of a stray.
  const byPid = new Map(closer.map((process) => [process.pid, process]))
  const mountsOf = (pid: number) => valueOf(byPid.get(pid)?.detail?.mountNamespace ?? unknownMounts)
  const viewers = byPid.has(1) ? [1] : []
  const seen = new Set(viewers.map(mountsOf))
  for (const { ppid, state } of strays) {
    if (ppid <= 1 || state === 'Z') continue
    const mounts = mountsOf(ppid)
    if (mounts === null || seen.has(mounts)) continue
    seen.add(mounts)
    viewers.push(ppid)
  }
  return viewers
}

const unknownMounts: Reading<number> = { kind: 'unread' }
