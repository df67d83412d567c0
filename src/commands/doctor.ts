import { realpathSync } from 'node:fs'
import { inspect, interestOf } from '../core/inspect.ts'
import { grow } from '../core/forest/grow.ts'
import type { HostSample } from '../core/model/host.ts'
import { newMemory } from '../core/model/memory.ts'
import type { CrossCheck, Examination, Oracle } from '../core/model/sight.ts'
import type { Process } from '../core/model/snapshot.ts'
import { crossCheck, ownPass, persisting } from '../core/sight/cross-check.ts'
import { diagnose } from '../core/sight/diagnose.ts'
import { fields } from '../core/sight/fields.ts'
import { fallbacks, type Settings } from '../config.ts'
import { renderDoctor } from '../outputs/text/doctor.ts'
import { askPidtree, askPsList } from '../sources/ask-ps.ts'
import { BadInput } from '../sources/bad-input.ts'
import { Collector } from '../sources/collect.ts'
import { examine, type Target } from '../sources/examine.ts'
import { liveSource } from '../sources/live.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { Command } from './command.ts'
import { sourceOf } from './source.ts'
import { styleOf } from './style.ts'

/** Processes come and go while two readers look one after the other; what is wrong is wrong each time. */
const SANDWICHES = 3

export const doctor: Command = {
  name: 'doctor',
  title: 'what can be read and why not, and whether ps agrees; exit code 0: fine, 1: it disagrees, 2: could not look',
  async run({ settings, io }) {
    const source = sourceOf(settings)
    const host = await lastPass(source)
    if (host.processes.length === 0)
      throw new BadInput(`${settings.procfs} shows no process that can be read; give another with --path.procfs`)
    const { snapshot, processes } = inspect(host, newMemory({ run: 'doctor', graceMs: 0, measureEveryMs: 0 }))
    const examination = examine(source, targetsIn(host, processes()), fields, {
      pid: process.pid,
      uid: process.getuid?.() ?? null,
      procfs: source.kind === 'live' ? realpathSync(settings.procfs) : settings.procfs,
    })
    const crossChecks = await compareAll(source, examination, settings)
    const diagnosis = diagnose({
      examination,
      snapshot,
      showsKernelThreads: host.processes.some(({ kernelThread }) => kernelThread),
      paths: settings,
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

/** Of the node now, or the last moment of a recording. */
async function lastPass(source: ProcSource): Promise<HostSample> {
  const collector = new Collector(source)
  let last: HostSample | undefined
  for (;;) {
    const host = await collector.pass(interestOf)
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

const oracles = [
  {
    name: 'ps-list',
    async ask(): Promise<Oracle> {
      const asked = await askPsList()
      if ('skipped' in asked) return { name: 'ps-list', skipped: asked.skipped }
      return {
        name: 'ps-list',
        kin: asked.rows.map(({ pid, ppid, startTime }) => ({ pid, ppid, startedAtMs: startTime?.getTime() ?? null })),
      }
    },
  },
  {
    name: 'pidtree',
    async ask(): Promise<Oracle> {
      const asked = await askPidtree()
      if ('skipped' in asked) return { name: 'pidtree', skipped: asked.skipped }
      return { name: 'pidtree', kin: asked.rows.map(({ pid, ppid }) => ({ pid, ppid, startedAtMs: null })) }
    },
  },
]

async function compareAll(source: ProcSource, examination: Examination, settings: Settings): Promise<CrossCheck[]> {
  const why = whyNotComparable(source, examination, settings)
  const checks: CrossCheck[] = []
  for (const { name, ask } of oracles) {
    checks.push(why === undefined ? await compare(source, name, ask) : { oracle: name, skipped: why })
  }
  return checks
}

/** Both libraries read this process's own pid namespace at the usual place, whatever procfs we look at. */
function whyNotComparable(source: ProcSource, { self, pid, livesThere }: Examination, { procfs }: Settings) {
  if (source.kind === 'archive') return 'a recording has no ps'
  if (self === null) return `${procfs} does not show this process, and ps shows the pid namespace that it is in`
  if (!livesThere)
    return `this process is ${self} in ${procfs} and ${pid} in its own pid namespace, which is the one that ps shows`
  const usual = liveSource(fallbacks()).link('/proc/self')
  if (usual.kind !== 'known' || usual.value !== String(pid))
    return 'the /proc that ps reads is not of this pid namespace'
  return undefined
}

async function compare(source: ProcSource, oracle: string, ask: () => Promise<Oracle>): Promise<CrossCheck> {
  const look = async () => {
    const { processes, bootedAtMs } = await lastPass(source)
    return ownPass(grow(processes), bootedAtMs)
  }
  const checks: CrossCheck[] = []
  for (let tried = 0; tried < SANDWICHES; tried += 1) {
    const before = await look()
    const answer = await ask()
    const check = crossCheck(before, answer, await look(), process.pid)
    checks.push(check)
    if ('skipped' in check || check.disagreements.length === 0) return check
  }
  return persisting(checks) ?? { oracle, skipped: 'it was not asked' }
}
