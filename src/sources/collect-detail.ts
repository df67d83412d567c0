import type { Bytes } from '../core/model/bytes.ts'
import {
  type Interest,
  isDead,
  type ProcessDetail,
  type ProcessKey,
  type ProcessSample,
  type ThreadState,
} from '../core/model/process.ts'
import { known, mapReading, type Reading, unread } from '../core/model/reading.ts'
import { carried, carriedElements, same } from '../core/model/same.ts'
import { parseInodeLink, parseLink } from '../core/procfs/link.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { parseInnerPids } from '../core/procfs/status.ts'
import { type Attention, isDue } from './attention.ts'
import { HeldSockets } from './collect-sockets.ts'
import { rootWait, waitChannel } from './collect-waits.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Threads listed of one process: enough to see what keeps a zombie leader, of a process that may have thousands. */
const MOST_THREADS = 256

/** What a process keeps for life: its pids, and the namespaces of a keeper, which it enters before it keeps anything. */
type Lasting = Pick<ProcessDetail, 'innerPids' | 'mountNamespace' | 'unixTable'>

type Changing = Omit<ProcessDetail, keyof Lasting>

interface Looked {
  readonly interest: Interest
  readonly lasting: Lasting
  /** As its cheap files said. */
  readonly cheap: ProcessSample
  readonly sample: ProcessSample
  /** What the first process of a container was found to wait for, when it was last asked. */
  readonly wait: Reading<string>
}

/** Whom to look at, where they stand in the list of all, and what was seen of them. */
interface Place {
  at: number
  readonly pid: number
  readonly interest: Interest
  readonly startTicks: number
  looked: Looked | undefined
}

/**
 * Reads what is worth knowing of a few processes. What lasts is read once for each of them, and a process of which
 * nothing changed is the same object as in the last pass.
 */
export class Details {
  readonly #sockets = new HeldSockets()
  #cheap: readonly ProcessSample[] = []
  #wanted: Attention['wanted'] = new Map()
  #places: readonly Place[] = []
  #samples: readonly ProcessSample[] = []
  #closer: readonly ProcessSample[] = []

  /** Of the last collection: those that were looked at; the very list of the one before where none of them changed. */
  get closer(): readonly ProcessSample[] {
    return this.#closer
  }

  /** The processes of a node, those that are wanted with details; the very list of the last pass where nothing changed. */
  collect(
    source: ProcSource,
    tally: Tally,
    processes: readonly ProcessSample[],
    attention: Attention,
  ): readonly ProcessSample[] {
    const areSame = processes === this.#cheap && attention.wanted === this.#wanted
    if (!areSame) this.#aim(processes, attention.wanted)
    const samples = areSame ? this.#samples : processes
    let now: ProcessSample[] | undefined
    for (const place of this.#places) {
      const { at, pid, interest, startTicks, looked } = place
      const isYoung = startTicks >= attention.youngSinceTicks
      if (areSame && looked !== undefined && !isYoung && !isDue(pid, interest, attention)) continue
      const cheap = processes[at] as ProcessSample
      const isKnown = looked?.cheap === cheap && looked.interest === interest
      if (!isKnown || isYoung || isDue(pid, interest, attention)) {
        place.looked = this.#look(source, tally, cheap, interest, looked, attention)
      }
      const { sample } = place.looked as Looked
      if (sample === samples[at]) continue
      now ??= [...samples]
      now[at] = sample
    }
    this.#sockets.endPass()
    if (areSame && now === undefined) return this.#samples
    this.#samples = carriedElements(this.#samples, now ?? samples)
    this.#closer = carriedElements(
      this.#closer,
      this.#places.map(({ looked }) => (looked as Looked).sample),
    )
    return this.#samples
  }

  /** What was known of processes that are no longer looked at is forgotten. */
  #aim(processes: readonly ProcessSample[], wanted: Attention['wanted']): void {
    const areFound = wanted === this.#wanted && this.#findAgain(processes)
    this.#cheap = processes
    this.#wanted = wanted
    if (areFound) return
    const before = new Map<ProcessKey, Looked>()
    for (const { looked } of this.#places) if (looked !== undefined) before.set(looked.cheap.key, looked)
    const places: Place[] = []
    for (let at = 0; at < processes.length; at += 1) {
      const { pid, key, startTicks } = processes[at] as ProcessSample
      const want = wanted.get(pid)
      if (want !== undefined) places.push({ at, pid, interest: want.interest, startTicks, looked: before.get(key) })
    }
    this.#places = places
  }

  /** Mostly only others came and went. @returns `false` when somebody is not there any more. */
  #findAgain(processes: readonly ProcessSample[]): boolean {
    let at = 0
    for (const place of this.#places) {
      while (at < processes.length && (processes[at] as ProcessSample).pid < place.pid) at += 1
      const found = processes[at]
      if (found?.pid !== place.pid || found.startTicks !== place.startTicks) return false
      place.at = at
    }
    return true
  }

  #look(
    source: ProcSource,
    tally: Tally,
    cheap: ProcessSample,
    interest: Interest,
    before: Looked | undefined,
    attention: Attention,
  ): Looked {
    // Whoever was not let in may be let in later.
    const kept =
      before?.interest === interest &&
      Object.values(before.lasting).every(({ kind }) => kind === 'known' || kind === 'unread')
    const lasting = kept
      ? before.lasting
      : carried(before?.lasting, readLasting(source, tally, `/proc/${cheap.pid}`, interest))
    const wait = interest === 'root' ? rootWait(source, tally, cheap, before?.wait ?? unread, attention) : unread
    const changing = this.#readChanging(source, tally, cheap, interest, wait)
    const earlier = before?.sample.detail
    if (before?.cheap === cheap && before.lasting === lasting && earlier !== undefined && isSame(earlier, changing)) {
      before.sample.state = cheap.state
      return { ...before, interest, wait }
    }
    return { interest, lasting, cheap, sample: { ...cheap, detail: { ...lasting, ...changing } }, wait }
  }

  #readChanging(
    source: ProcSource,
    tally: Tally,
    process: ProcessSample,
    interest: Interest,
    wait: Reading<string>,
  ): Changing {
    const directory = `/proc/${process.pid}`
    const zombie = isDead(process)
    const stuck = process.state === 'D' || process.state === 'T' || interest === 'engine'
    const cwd =
      interest === 'shim' || interest === 'engine'
        ? mapReading(tally.count('cwd', source.link(`${directory}/cwd`)), parseLink)
        : unread
    const exe =
      interest === 'daemon' || interest === 'shim' || interest === 'engine'
        ? mapReading(tally.count('exe', source.link(`${directory}/exe`)), parseLink)
        : unread
    return {
      exe,
      successor:
        interest === 'shim' && exe.kind === 'known' && exe.value.deleted
          ? tally.count('exe', source.facts(`${directory}/root${exe.value.path}`))
          : unread,
      cwd,
      // Of a deleted bundle the time of its deletion is wanted; of a living one nothing.
      cwdFacts:
        interest === 'shim' && cwd.kind === 'known' && cwd.value.deleted
          ? tally.count('cwd', source.facts(`${directory}/cwd`))
          : unread,
      wchan: stuck && !zombie ? waitChannel(source, tally, directory) : wait,
      threadStates:
        process.usage.threads > 1 && (zombie || process.state === 'D') ? threads(source, tally, process.pid) : unread,
      socketInodes: interest === 'daemon' ? this.#sockets.of(source, tally, process) : unread,
    }
  }
}

const isSame = (before: Changing, now: Changing): boolean =>
  same(before.cwd, now.cwd) &&
  same(before.exe, now.exe) &&
  same(before.wchan, now.wchan) &&
  same(before.socketInodes, now.socketInodes) &&
  same(before.threadStates, now.threadStates) &&
  same(before.successor, now.successor) &&
  same(before.cwdFacts, now.cwdFacts)

function readLasting(source: ProcSource, tally: Tally, directory: string, interest: Interest): Lasting {
  const namespace = (name: string) => mapReading(tally.count(name, source.link(`${directory}/${name}`)), parseInodeLink)
  const keeper = interest === 'daemon' || interest === 'shim'
  return {
    innerPids: mapReading(text(tally.count('status', source.read(`${directory}/status`))), parseInnerPids),
    mountNamespace: keeper || interest === 'stray' || interest === 'reaper' ? namespace('ns/mnt') : unread,
    unixTable: keeper ? unixTable(source, tally, directory, namespace('ns/net')) : unread,
  }
}

function unixTable(
  source: ProcSource,
  tally: Tally,
  directory: string,
  netNamespace: Reading<number>,
): Reading<number> {
  if (netNamespace.kind === 'known') return netNamespace
  return mapReading(tally.count('net/unix', source.facts(`${directory}/net/unix`)), ({ inode }) => inode)
}

function threads(source: ProcSource, tally: Tally, pid: number): Reading<readonly ThreadState[]> {
  const tids = tally.count('task', source.list(`/proc/${pid}/task`))
  if (tids.kind !== 'known') return tids
  const states: ThreadState[] = []
  for (const tid of tids.value.slice(0, MOST_THREADS)) {
    const stat = mapReading(tally.count('task', source.read(`/proc/${pid}/task/${tid}/stat`)), parseStat)
    if (stat.kind === 'gone') continue
    // One thread that can't be seen may be the one that lives.
    if (stat.kind !== 'known') return stat
    states.push({ tid: stat.value.pid, state: stat.value.state })
  }
  return known(states)
}

export const text = (reading: Reading<Bytes>): Reading<string> =>
  reading.kind === 'known' ? known(reading.value.toString('utf8', 0, reading.value.length)) : reading
