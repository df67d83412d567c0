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
export class CgroupTexts {
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

/**
 * Reads `stat`, `cgroup` and `cmdline` of every process: the hot path, three opens a process and little garbage.
 * A process that vanishes between two reads costs nothing but itself.
 */
export function collectProcesses(source: ProcSource, tally: Tally, cgroups: CgroupTexts): Listed {
  const listing = tally.count('proc', source.list('/proc'))
  const processes: ProcessSample[] = []
  let unreadable = 0
  if (listing.kind !== 'known') return { processes, unreadable: 1 }
  for (const name of listing.value) {
    const first = name.charCodeAt(0)
    if (first < 0x31 || first > 0x39) continue
    const process = collectProcess(source, tally, cgroups, `/proc/${name}`)
    if (process === 'unreadable') unreadable += 1
    else if (process !== 'gone') processes.push(process)
  }
  return { processes, unreadable }
}

function collectProcess(
  source: ProcSource,
  tally: Tally,
  cgroups: CgroupTexts,
  directory: string,
): ProcessSample | 'gone' | 'unreadable' {
  let reading = readStat(source, directory)
  // Half a file is what a process leaves that goes while it is read: a second look says which.
  if (reading.kind === 'malformed') reading = readStat(source, directory)
  tally.count('stat', reading)
  if (reading.kind !== 'known') return reading.kind === 'gone' ? 'gone' : 'unreadable'
  const stat = reading.value
  const own = { ...stat, key: processKey(stat.pid, stat.startTicks), detail: undefined }
  // A kernel thread has neither; its two opens are saved.
  if (stat.kernelThread) return { ...own, cgroup: gone, argv: noArguments }

  const cgroupText = tally.count('cgroup', source.read(`${directory}/cgroup`))
  const cgroup =
    cgroupText.kind === 'known'
      ? cgroups.parse(cgroupText.value.toString('utf8', 0, cgroupText.value.length))
      : cgroupText
  const cmdline = tally.count('cmdline', source.read(`${directory}/cmdline`))
  const argv =
    cmdline.kind === 'known' ? known(parseCmdline(cmdline.value.toString('utf8', 0, cmdline.value.length))) : cmdline
  return { ...own, cgroup, argv }
}

function readStat(source: ProcSource, directory: string): Reading<StatFields> {
  const text = source.read(`${directory}/stat`)
  if (text.kind !== 'known') return text
  const fields = parseStat(text.value)
  return fields === undefined ? malformed(text.value.toString('latin1', 0, 120)) : known(fields)
}
