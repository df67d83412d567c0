import { parseCmdline } from '../core/procfs/cmdline.ts'
import { redactComm } from '../core/procfs/redact.ts'
import { StatLine } from '../core/procfs/stat.ts'
import { type ProcessSample, type ProcessState, processKey, type StatFields } from '../core/model/process.ts'
import { gone, known, malformed, mapReading, type Reading } from '../core/model/reading.ts'
import { carriedElements } from '../core/model/same.ts'
import type { Attention } from './attention.ts'
import { type CgroupText, CgroupTexts } from './cgroup-texts.ts'
import { Duties } from './duties.ts'
import { Looks } from './looks.ts'
import type { ProcSource } from './proc-source.ts'
import { Roll } from './roll.ts'
import type { Tally } from './tally.ts'

const noArguments: Reading<readonly string[]> = known([])

export interface Listed {
  /** By pid; the very array of the last collection where nothing in it changed. */
  readonly processes: readonly ProcessSample[]
  /** Processes that are there and could not be read: their parents, and whose parents they are, stay unknown. */
  readonly unreadable: number
  /** Processes that came or went of which the kernel, that announces who does, has not said a word in time. */
  readonly unannounced: number
}

/**
 * What was read of a process, as it was read: the same text means the same again. Kept as strings, a character a byte: a
 * small Buffer is a piece of a larger one, which lives as long as any of its pieces does.
 */
export interface Remembered {
  readonly pid: number
  readonly files: Files
  readonly cgroup: CgroupText | undefined
  readonly cmdline: string | undefined
  readonly process: ProcessSample
}

/** Names of a process's files, made once for each pid. */
interface Files {
  readonly stat: string
  readonly cgroup: string
  readonly cmdline: string
}

const filesOf = (pid: number): Files => ({
  stat: `/proc/${pid}/stat`,
  cgroup: `/proc/${pid}/cgroup`,
  cmdline: `/proc/${pid}/cmdline`,
})

/**
 * Reads `stat`, `cgroup` and `cmdline` of processes: the hot path, three opens a process and little garbage. Most
 * processes sleep, and of whom the same is said is the same object as in the last pass.
 *
 * Most processes are also of no consequence while nothing happens to them, so that they may be read in turns. Who came or
 * went is seen in every pass, and so is what that changes for others: children of those that went have new parents, and
 * a parent of a newcomer is looked at again, since its pid may be another's by now.
 */
export class Processes {
  readonly #cgroups = new CgroupTexts()
  readonly #looks = new Looks()
  /** In the order of pids. */
  #remembered: readonly Remembered[] = []
  #processes: readonly ProcessSample[] = []
  readonly #roll = new Roll()
  /** Made once: what is known of those that are there in this pass. */
  readonly #aligned: (Remembered | undefined)[] = []
  /** Of those who were remembered in the last pass. */
  #duties: Duties | undefined
  /** Pids of those that the last pass found blocked for the first time, and took for what they were before. */
  #halting: ReadonlySet<number> = new Set()
  #haltingNow = new Set<number>()

  collect(source: ProcSource, tally: Tally, attention: Attention): Listed {
    const { wanted } = attention
    const duties =
      this.#duties?.isOf(this.#remembered, wanted) === true
        ? this.#duties
        : new Duties(this.#remembered, wanted, this.#duties)
    this.#duties = duties
    const call = this.#roll.call(source, tally, duties, this.#looks.unreadable > 0, attention)
    if (call === undefined) {
      this.#keep([])
      return { processes: this.#processes, unreadable: 1, unannounced: 0 }
    }
    const { pids, stirred } = call
    const { before, places, lost } = align(pids, duties.pids, this.#remembered, this.#aligned)
    const looks = this.#looks
    looks.begin(pids, before, lost, places !== undefined)
    let next = 0
    for (let at = 0; at < pids.length; at += 1) {
      const place = places === undefined ? at : (places[at] as number)
      const pid = pids[at] as number
      while (next < stirred.length && (stirred[next] as number) < pid) next += 1
      const isAwaited = place < 0 || stirred[next] === pid || (this.#halting.size > 0 && this.#halting.has(pid))
      const look = isAwaited ? 'all' : duties.lookAt(place, attention, call)
      // What is taken for granted is so until a process beside it says otherwise.
      if (look === 'none') continue
      const isKept = place >= 0 && duties.isWatched(place)
      looks.add(at, this.#read(source, tally, pid, before[at], look, attention, isKept))
    }
    // Who is seen to be as it was has the same parent, and lives: its other files have their turn.
    looks.resolve((known) => this.#read(source, tally, known.pid, known, 'stat', attention))
    this.#halting = this.#haltingNow
    this.#haltingNow = new Set()
    this.#keep(looks.remembered())
    this.#cgroups.forget(pids.length)
    return { processes: this.#processes, unreadable: looks.unreadable, unannounced: this.#roll.done(attention) }
  }

  #keep(remembered: readonly Remembered[]): void {
    if (carriedElements(this.#remembered, remembered) === this.#remembered) return
    this.#remembered = remembered
    this.#processes = remembered.map(({ process }) => process)
  }

  #read(
    source: ProcSource,
    tally: Tally,
    pid: number,
    before: Remembered | undefined,
    look: 'all' | 'stat',
    attention: Attention,
    isKept = false,
  ): Read {
    const { uptimeMs } = attention
    const files = before?.files ?? filesOf(pid)
    let stat = readStat(source, files, isKept)
    // Half a file is what a process leaves that goes while it is read: a second look says which.
    if (stat.kind === 'malformed') stat = readStat(source, files, isKept)
    tally.count('stat', stat)
    if (stat.kind !== 'known') return stat.kind === 'gone' ? 'gone' : 'unreadable'
    const line = stat.value
    if (before !== undefined && this.#mayPass(before.process, line, attention)) return before
    const isSame = before !== undefined && isAsBefore(before.process, line)
    if (isSame && (look === 'stat' || line.kernelThread)) return refreshed(before, line, uptimeMs)
    // The name is in the bytes of that reading: before the next one.
    const fields = isSame ? before.process : named(line)
    // A kernel thread has neither of the other two; their opens are saved.
    if (line.kernelThread) {
      const process = sample(fields, gone, noArguments, uptimeMs)
      return { pid, files, cgroup: undefined, cmdline: undefined, process }
    }

    const cgroupRead = tally.count('cgroup', source.read(files.cgroup))
    const cgroup = cgroupRead.kind === 'known' ? this.#cgroup(cgroupRead.value, before) : undefined
    const membership = cgroupRead.kind === 'known' ? (cgroup?.membership ?? gone) : cgroupRead
    const argvRead = tally.count('cmdline', source.read(files.cmdline))
    const cmdline = argvRead.kind === 'known' ? argvRead.value.toString('latin1') : undefined
    const isSameArgv = cmdline !== undefined && before?.cmdline === cmdline
    const argv = isSameArgv ? before.process.argv : mapReading(argvRead, argvIn)
    if (isSame) refreshed(before, line, uptimeMs)
    if (isSame && before.process.cgroup === membership && before.process.argv === argv) return before
    return { pid, files, cgroup, cmdline, process: sample(fields, membership, argv, uptimeMs) }
  }

  /**
   * Whoever waits for a disk is blocked for milliseconds, and so is who has been killed; on a busy node somebody always is.
   * But for runtimes' own processes, it is taken for what it was, and is blocked when it still is in the next pass.
   */
  #mayPass(process: ProcessSample, line: StatLine, { rhythm, wanted, concern }: Attention): boolean {
    const { pid, state } = process
    if (line.state !== 'D' || rhythm.stat === 1 || this.#halting.has(pid)) return false
    const interest = wanted.get(pid)?.interest
    if (!isAwake(state) || (interest !== undefined && interest !== 'root') || concern.has(pid)) return false
    const isSame = isWhoItWas(process, line)
    if (isSame) this.#haltingNow.add(pid)
    return isSame
  }

  #cgroup(bytes: Buffer, before: Remembered | undefined): CgroupText {
    return before?.cgroup?.bytes.equals(bytes) === true ? before.cgroup : this.#cgroups.of(bytes)
  }
}

export type Read = Remembered | 'gone' | 'unreadable'

/**
 * What is known of each of the pids, the place that it had, and who is no longer there. Both lists are in order.
 * `places` is `undefined` where all are where they were; else what is known is written to `aligned`.
 */
function align(
  pids: Int32Array,
  earlier: Int32Array,
  remembered: readonly Remembered[],
  aligned: (Remembered | undefined)[],
): { before: readonly (Remembered | undefined)[]; places: Int32Array | undefined; lost: readonly number[] } {
  let same = 0
  while (same < pids.length && pids[same] === earlier[same]) same += 1
  if (same === pids.length && same === earlier.length) return { before: remembered, places: undefined, lost: [] }
  const places = new Int32Array(pids.length)
  const lost: number[] = []
  let from = 0
  for (let at = 0; at < pids.length; at += 1) {
    const pid = pids[at] as number
    for (; from < earlier.length && (earlier[from] as number) < pid; from += 1) lost.push(earlier[from] as number)
    const isKnown = earlier[from] === pid
    aligned[at] = isKnown ? remembered[from] : undefined
    places[at] = isKnown ? from : -1
    if (isKnown) from += 1
  }
  for (; from < earlier.length; from += 1) lost.push(earlier[from] as number)
  aligned.length = pids.length
  return { before: aligned, places, lost }
}

const argvIn = (bytes: Buffer): readonly string[] => parseCmdline(bytes.toString('utf8'))

/** Whether `stat` says what it said, apart from usage. */
const isAsBefore = (process: ProcessSample, line: StatLine): boolean =>
  (process.state === line.state || (isAwake(process.state) && isAwake(line.state))) &&
  process.exiting === line.exiting &&
  isWhoItWas(process, line)

/** Whether it is the same process, under the same name and the same parent, however it fares. */
const isWhoItWas = (process: ProcessSample, line: StatLine): boolean =>
  process.startTicks === line.startTicks &&
  process.ppid === line.ppid &&
  process.pgrp === line.pgrp &&
  process.session === line.session &&
  process.kernelThread === line.kernelThread &&
  (line.isNamed(process.comm) || nameOf(line) === process.comm)

/** Between running and sleeping a process goes all the time. */
const isAwake = (state: ProcessState): boolean => state === 'S' || state === 'R'

/** Only what it takes is new. */
function refreshed(before: Remembered, line: StatLine, uptimeMs: number): Remembered {
  const { process } = before
  process.state = line.state
  process.usage.cpuTicks = line.cpuTicks
  process.usage.threads = line.threads
  process.usage.rssPages = line.rssPages
  process.usage.readAtMs = uptimeMs
  return before
}

/** Spelt out: a spread of an object this large is slower than anything else that is done with it. */
const sample = (
  fields: StatFields | ProcessSample,
  cgroup: ProcessSample['cgroup'],
  argv: ProcessSample['argv'],
  uptimeMs: number,
): ProcessSample => ({
  key: processKey(fields.pid, fields.startTicks),
  pid: fields.pid,
  comm: fields.comm,
  state: fields.state,
  ppid: fields.ppid,
  pgrp: fields.pgrp,
  session: fields.session,
  kernelThread: fields.kernelThread,
  exiting: fields.exiting,
  startTicks: fields.startTicks,
  usage:
    'usage' in fields
      ? fields.usage
      : { cpuTicks: fields.cpuTicks, threads: fields.threads, rssPages: fields.rssPages, readAtMs: uptimeMs },
  cgroup,
  argv,
  detail: undefined,
})

/** Names go into verdicts and everywhere: what one may hold is hidden at the door, and most hold nothing. */
const nameOf = ({ comm, kernelThread }: StatFields): string => (kernelThread ? comm : redactComm(comm))

function named(line: StatLine): StatFields {
  const fields = line.fields()
  const comm = nameOf(fields)
  return comm === fields.comm ? fields : { ...fields, comm }
}

/** One for all: what it says is taken from it before the next is read. */
const line = new StatLine()
const scanned: Reading<StatLine> = known(line)

function readStat(source: ProcSource, files: Files, isKept: boolean): Reading<StatLine> {
  const read = source.read(files.stat, isKept)
  if (read.kind !== 'known') return read
  return line.scan(read.value) ? scanned : malformed(read.value.toString('latin1'))
}
