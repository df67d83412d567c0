import { parseCgroup } from '../core/procfs/cgroup.ts'
import { parseCmdline } from '../core/procfs/cmdline.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { type CgroupMembership, type ProcessSample, processKey, type StatFields } from '../core/model/process.ts'
import { gone, known, malformed, mapReading, type Reading } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

const noArguments: Reading<readonly string[]> = known([])

export interface Listed {
  readonly processes: ProcessSample[]
  /** Processes that are there and could not be read: their parents, and whose parents they are, stay unknown. */
  readonly unreadable: number
}

/** Processes of one container, and often all of a node's services, share the text of their cgroup file. */
class CgroupTexts {
  #parsed = new Map<string, Reading<CgroupMembership>>()
  #limit = 8_192

  parse(text: string): Reading<CgroupMembership> {
    let parsed = this.#parsed.get(text)
    if (parsed === undefined) {
      // Containers come and go; what they left is dropped now and then, all at once.
      if (this.#parsed.size >= this.#limit) this.#parsed = new Map()
      parsed = mapReading(known(text), parseCgroup)
      this.#parsed.set(text, parsed)
    }
    return parsed
  }
}

/** What was read of a process, as it was read: the same text means the same again. */
interface Remembered {
  readonly stat: string
  readonly cmdline: string
  readonly process: ProcessSample
}

/**
 * Reads `stat`, `cgroup` and `cmdline` of every process: the hot path, three opens a process and little garbage. Most
 * processes sleep, and what is the same to the byte is the same object as in the last pass.
 */
export class Processes {
  readonly #cgroups = new CgroupTexts()
  #remembered = new Map<string, Remembered>()

  collect(source: ProcSource, tally: Tally): Listed {
    const listing = tally.count('proc', source.list('/proc'))
    const processes: ProcessSample[] = []
    const remembered = new Map<string, Remembered>()
    let unreadable = 0
    if (listing.kind !== 'known') return { processes, unreadable: 1 }
    for (const name of listing.value) {
      const first = name.charCodeAt(0)
      if (first < 0x31 || first > 0x39) continue
      const read = this.#read(source, tally, `/proc/${name}`, this.#remembered.get(name))
      // A process that vanishes between two reads costs nothing but itself.
      if (read === 'gone') continue
      if (read === 'unreadable') {
        unreadable += 1
        continue
      }
      remembered.set(name, read)
      processes.push(read.process)
    }
    this.#remembered = remembered
    return { processes, unreadable }
  }

  #read(
    source: ProcSource,
    tally: Tally,
    directory: string,
    before: Remembered | undefined,
  ): Remembered | 'gone' | 'unreadable' {
    let stat = readStat(source, directory, before)
    // Half a file is what a process leaves that goes while it is read: a second look says which.
    if (stat.kind === 'malformed') stat = readStat(source, directory, before)
    tally.count('stat', stat)
    if (stat.kind !== 'known') return stat.kind === 'gone' ? 'gone' : 'unreadable'
    const { text, fields } = stat.value
    // A kernel thread has neither of the other two; their opens are saved.
    if (fields.kernelThread) return { stat: text, cmdline: '', process: sample(fields, gone, noArguments) }

    const cgroupText = tally.count('cgroup', source.read(`${directory}/cgroup`))
    const cgroup =
      cgroupText.kind === 'known'
        ? this.#cgroups.parse(cgroupText.value.toString('utf8', 0, cgroupText.value.length))
        : cgroupText
    const read = tally.count('cmdline', source.read(`${directory}/cmdline`))
    const cmdline = read.kind === 'known' ? read.value.toString('utf8', 0, read.value.length) : ''
    const same = read.kind === 'known' && before?.process.argv.kind === 'known' && before.cmdline === cmdline
    if (same && before.stat === text && before.process.cgroup === cgroup) return before
    const argv = same ? before.process.argv : read.kind === 'known' ? known(parseCmdline(cmdline)) : read
    return { stat: text, cmdline, process: sample(fields, cgroup, argv) }
  }
}

/** Spelt out: a spread of an object this large is slower than anything else that is done with it. */
const sample = (fields: StatFields, cgroup: ProcessSample['cgroup'], argv: ProcessSample['argv']): ProcessSample => ({
  key: processKey(fields.pid, fields.startTicks),
  pid: fields.pid,
  comm: fields.comm,
  state: fields.state,
  ppid: fields.ppid,
  pgrp: fields.pgrp,
  session: fields.session,
  kernelThread: fields.kernelThread,
  exiting: fields.exiting,
  cpuTicks: fields.cpuTicks,
  threads: fields.threads,
  startTicks: fields.startTicks,
  rssPages: fields.rssPages,
  cgroup,
  argv,
  detail: undefined,
})

function readStat(
  source: ProcSource,
  directory: string,
  before: Remembered | undefined,
): Reading<{ readonly text: string; readonly fields: StatFields }> {
  const read = source.read(`${directory}/stat`)
  if (read.kind !== 'known') return read
  // As latin1, which loses nothing and is the quickest to make.
  const text = read.value.toString('latin1', 0, read.value.length)
  if (before?.stat === text) return known({ text: before.stat, fields: before.process })
  const fields = parseStat(read.value)
  return fields === undefined ? malformed(text) : known({ text, fields })
}
