import { parseInodeLink, parseLink } from '../core/procfs/link.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { parseStatus } from '../core/procfs/status.ts'
import type { Bytes } from '../core/model/bytes.ts'
import type { Interest, ProcessDetail, ProcessSample, ThreadState } from '../core/model/process.ts'
import { denied, known, mapReading, type Reading, unread } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Threads listed of one process: enough to see what keeps a zombie leader, of a process that may have thousands. */
const MOST_THREADS = 256

export function collectDetail(
  source: ProcSource,
  tally: Tally,
  process: ProcessSample,
  interest: Interest,
): ProcessDetail {
  const directory = `/proc/${process.pid}`
  const link = (name: string) => tally.count(name, source.link(`${directory}/${name}`))
  const inode = (name: string) => mapReading(link(name), parseInodeLink)
  const keeper = interest === 'daemon' || interest === 'shim'
  const status = mapReading(text(tally.count('status', source.read(`${directory}/status`))), parseStatus)
  const zombie = process.state === 'Z' || process.state === 'X'
  const stuck = process.state === 'D' || process.state === 'T' || interest === 'engine'

  return {
    innerPids: mapReading(status, (fields) => fields.innerPids),
    rssBytes: mapReading(status, (fields) => fields.rssBytes ?? (zombie ? 0 : undefined)),
    exe: keeper || interest === 'engine' ? mapReading(link('exe'), parseLink) : unread,
    cwd: interest === 'shim' || interest === 'engine' ? mapReading(link('cwd'), parseLink) : unread,
    cwdFacts: interest === 'shim' ? tally.count('cwd', source.facts(`${directory}/cwd`)) : unread,
    pidNamespace: inode('ns/pid'),
    mountNamespace: keeper || interest === 'stray' || interest === 'reaper' ? inode('ns/mnt') : unread,
    netNamespace: keeper ? inode('ns/net') : unread,
    unixTable: keeper
      ? mapReading(tally.count('net/unix', source.facts(`${directory}/net/unix`)), (facts) => facts.inode)
      : unread,
    wchan: stuck && !zombie ? wchan(source, tally, directory) : unread,
    threadStates:
      process.threads > 1 && (zombie || process.state === 'D') ? threads(source, tally, process.pid) : unread,
    socketInodes: unread,
  }
}

/** Without privilege `wchan` reads `0`: a denial dressed as a value. fs/proc/base.c, proc_pid_wchan */
function wchan(source: ProcSource, tally: Tally, directory: string): Reading<string> {
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
