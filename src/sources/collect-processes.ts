import { parseCgroup } from '../core/procfs/cgroup.ts'
import { parseCmdline } from '../core/procfs/cmdline.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { type CgroupMembership, type ProcessSample, processKey } from '../core/model/process.ts'
import { gone, known, malformed, mapReading, type Reading } from '../core/model/reading.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

const noArguments: Reading<readonly string[]> = known([])

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
export function collectProcesses(source: ProcSource, tally: Tally, cgroups: CgroupTexts): ProcessSample[] {
  const listing = tally.count('proc', source.list('/proc'))
  const processes: ProcessSample[] = []
  if (listing.kind !== 'known') return processes
  for (const name of listing.value) {
    const first = name.charCodeAt(0)
    if (first < 0x31 || first > 0x39) continue
    const process = collectProcess(source, tally, cgroups, `/proc/${name}`)
    if (process !== undefined) processes.push(process)
  }
  return processes
}

function collectProcess(
  source: ProcSource,
  tally: Tally,
  cgroups: CgroupTexts,
  directory: string,
): ProcessSample | undefined {
  const statText = source.read(`${directory}/stat`)
  if (statText.kind !== 'known') {
    tally.count('stat', statText)
    return undefined
  }
  const stat = parseStat(statText.value)
  if (stat === undefined) {
    // Half a file is what a process leaves that goes while it is read.
    tally.count('stat', malformed(statText.value.toString('latin1', 0, 120)))
    return undefined
  }
  tally.count('stat', statText)
  const own = { ...stat, key: processKey(stat.pid, stat.startTicks), detail: undefined }
  // A kernel thread has neither; its two opens are saved.
  if (stat.kernelThread) return { ...own, cgroup: gone, argv: noArguments }

  const cgroupText = tally.count('cgroup', source.read(`${directory}/cgroup`))
  const cgroup =
    cgroupText.kind === 'known' ? cgroups.parse(cgroupText.value.toString('utf8', 0, cgroupText.value.length)) : cgroupText
  const cmdline = tally.count('cmdline', source.read(`${directory}/cmdline`))
  const argv =
    cmdline.kind === 'known' ? known(parseCmdline(cmdline.value.toString('utf8', 0, cmdline.value.length))) : cmdline
  return { ...own, cgroup, argv }
}
