import { realpathSync } from 'node:fs'
import { inspect, interestOf } from '../core/inspect.ts'
import type { HostSample } from '../core/model/host.ts'
import { newMemory } from '../core/model/memory.ts'
import type { InterestOf } from '../core/model/process.ts'
import type { Process } from '../core/model/snapshot.ts'
import { diagnose } from '../core/sight/diagnose.ts'
import { fields } from '../core/sight/fields.ts'
import { renderDoctor } from '../outputs/text/doctor.ts'
import { BadInput } from '../sources/bad-input.ts'
import { Collector } from '../sources/collect.ts'
import { tryConnector } from '../sources/connector.ts'
import { examine, type Target } from '../sources/examine.ts'
import { tryInotify } from '../sources/inotify.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { Command } from './command.ts'
import { compareWithPs, notCompared, whyNotComparable } from './compare-with-ps.ts'
import { sourceOf } from './source.ts'
import { styleOf } from './style.ts'

export const doctor: Command = {
  name: 'doctor',
  title: 'what can be read and why not, and whether ps agrees; exit code 0: fine, 1: it disagrees, 2: could not look',
  async run({ settings, io }) {
    const source = sourceOf(settings)
    const host = await lastPass(source, interestOf)
    if (host.processes.length === 0)
      throw new BadInput(`${settings.procfs} shows no process that can be read; give another with --path.procfs`)
    const { snapshot, processes } = inspect(host, newMemory({ run: 'doctor', graceMs: 0, measureEveryMs: 0 }))
    const examination = examine(source, targetsIn(host, processes()), fields, {
      pid: process.pid,
      uid: process.getuid?.() ?? null,
      procfs: source.kind === 'live' ? realpathSync(settings.procfs) : settings.procfs,
    })
    const whyNot = whyNotComparable(source, examination, settings.procfs)
    const look = () => lastPass(source, nobodyCloser)
    const crossChecks = whyNot === undefined ? await compareWithPs(host, look) : notCompared(whyNot)
    const diagnosis = diagnose({
      examination,
      snapshot,
      showsKernelThreads: host.processes.some(({ kernelThread }) => kernelThread),
      paths: settings,
      watching: source.kind === 'live' ? await tryInotify(settings, snapshot) : null,
      connector: source.kind === 'live' ? tryConnector(settings) : null,
      crossChecks,
    })
    io.stdout.write(
      settings.json === true
        ? `${JSON.stringify(diagnosis, null, 2)}\n`
        : renderDoctor(diagnosis, styleOf(settings, io)),
    )
    return crossChecks.some((check) => 'disagreements' in check && check.disagreements.length > 0) ? 1 : 0
  },
}

/** Parents and starts of all are enough to compare. */
const nobodyCloser: InterestOf = () => new Map()

/** Of the node now, or the last moment of a recording. */
async function lastPass(source: ProcSource, interest: InterestOf): Promise<HostSample> {
  const collector = new Collector(source)
  let last: HostSample | undefined
  for (;;) {
    const host = await collector.pass(interest)
    if (host === false) break
    last = host
    if (source.kind === 'live') break
  }
  if (last === undefined) throw new BadInput('there is nothing to look at: the recording holds no moment')
  return last
}

/** Kernel threads have nothing to read, and of a zombie nothing is left. */
function targetsIn(host: HostSample, processes: readonly Process[]): Target[] {
  const roles = new Map(processes.map(({ pid, role }) => [pid, role]))
  return host.processes.flatMap(({ pid, state, kernelThread }) => {
    const role = roles.get(pid) ?? 'other'
    if (kernelThread || state === 'Z' || state === 'X') return []
    const isOfRuntime = role !== 'other' && role !== 'workload'
    return { pid, isSleeping: state === 'S' || state === 'D', isOfRuntime, isShim: role === 'shim' }
  })
}
