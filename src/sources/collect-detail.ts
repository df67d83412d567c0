import type { Bytes } from '../core/model/bytes.ts'
import type { Interest, ProcessDetail, ProcessKey, ProcessSample, ThreadState } from '../core/model/process.ts'
import { denied, known, mapReading, type Reading, unread } from '../core/model/reading.ts'
import { parseInodeLink, parseLink } from '../core/procfs/link.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { parseInnerPids } from '../core/procfs/status.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Threads listed of one process: enough to see what keeps a zombie leader, of a process that may have thousands. */
const MOST_THREADS = 256

/** What a process keeps for life: its pids, and the namespaces of a keeper, which it enters before it keeps anything. */
type Lasting = Pick<ProcessDetail, 'innerPids' | 'mountNamespace' | 'unixTable'>

/** Reads what is worth knowing of a few processes. What lasts is read once for each of them. */
export class Details {
  #lasting = new Map<ProcessKey, { readonly interest: Interest; readonly lasting: Lasting }>()
  #living = new Map<ProcessKey, { readonly interest: Interest; readonly lasting: Lasting }>()

  collect(source: ProcSource, tally: Tally, process: ProcessSample, interest: Interest): ProcessDetail {
    const directory = `/proc/${process.pid}`
    const zombie = process.state === 'Z' || process.state === 'X'
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
      ...this.#read(source, tally, process, interest),
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
      wchan: stuck && !zombie ? waitChannel(source, tally, directory) : unread,
      threadStates:
        process.threads > 1 && (zombie || process.state === 'D') ? threads(source, tally, process.pid) : unread,
      socketInodes: unread,
    }
  }

  /** What was known of processes that are no longer read is forgotten. */
  endPass(): void {
    this.#lasting = this.#living
    this.#living = new Map()
  }

  #read(source: ProcSource, tally: Tally, { key, pid }: ProcessSample, interest: Interest): Lasting {
    const before = this.#lasting.get(key)
    // Whoever was not let in may be let in later.
    const kept =
      before?.interest === interest &&
      Object.values(before.lasting).every(({ kind }) => kind === 'known' || kind === 'unread')
    const now = kept ? before : { interest, lasting: readLasting(source, tally, `/proc/${pid}`, interest) }
    this.#living.set(key, now)
    return now.lasting
  }
}

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

/** Without privilege `wchan` reads `0`: a denial dressed as a value. fs/proc/base.c, proc_pid_wchan */
export function waitChannel(source: ProcSource, tally: Tally, directory: string): Reading<string> {
  const name = text(source.read(`${directory}/wchan`))
  return tally.count('wchan', name.kind === 'known' && (name.value === '0' || name.value === '') ? denied : name)
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

/** Inodes of the sockets that a daemon holds: what proves where it listens. Needs the right to read its descriptors. */
export function collectSocketInodes(source: ProcSource, tally: Tally, pid: number): Reading<ReadonlySet<number>> {
  const listing = tally.count('fd', source.list(`/proc/${pid}/fd`))
  if (listing.kind !== 'known') return listing
  const inodes = new Set<number>()
  let refused = false
  for (const fd of listing.value) {
    const target = source.link(`/proc/${pid}/fd/${fd}`)
    if (target.kind === 'denied') refused = true
    const inode =
      target.kind === 'known' && target.value.startsWith('socket:') ? parseInodeLink(target.value) : undefined
    if (inode !== undefined) inodes.add(inode)
  }
  return refused ? tally.count('fd', denied) : known(inodes)
}

export const text = (reading: Reading<Bytes>): Reading<string> =>
  reading.kind === 'known' ? known(reading.value.toString('utf8', 0, reading.value.length)) : reading
