import { firstAfter, withPid } from '../core/model/by-pid.ts'
import type { AuditField, AuditFindings, BundleSample } from '../core/model/host.ts'
import type { LinkTarget, ProcessSample } from '../core/model/process.ts'
import { known, mapReading, type Reading, valueOf } from '../core/model/reading.ts'
import { parseCgroup } from '../core/procfs/cgroup.ts'
import { parseCmdline } from '../core/procfs/cmdline.ts'
import { parseLink } from '../core/procfs/link.ts'
import { redactComm } from '../core/procfs/redact.ts'
import { parseStat } from '../core/procfs/stat.ts'
import { type Attention, isWatched } from './attention.ts'
import type { ProcSource } from './proc-source.ts'

/** In so many passes everybody is audited once: ten minutes, and a handful of readings in each pass. */
const PASSES_IN_A_ROUND = 300
/** More than these at once are no oversight, and a few of them tell as much. */
const MOST_DOUBTS = 64

/** What is seen otherwise than it was just read. */
interface Doubt {
  readonly field: AuditField
  /** Of the process, or the place of the bundle. */
  readonly subject: string
  readonly pid: number
  readonly value: string
  /** The pass by which it must be seen, going by the freshness that we state. */
  readonly dueInPass: number
  readonly read: (source: ProcSource) => string | undefined
}

interface View {
  readonly processes: readonly ProcessSample[]
  readonly bundles: readonly BundleSample[]
  /** Processes that came or went without the announcement that there must have been. */
  readonly unannounced: number
}

/**
 * Holds what the pass shows against readings of its own, a few in each pass. A difference is none yet: something may have
 * just changed. It is one when the fact stays as it was read here, pass by pass, for as long as we say that a fact may go
 * unseen, and is still not seen.
 */
export class Audit {
  #doubts: readonly Doubt[] = []
  #afterPid = 0
  #afterBundle = 0

  /** @returns what has come of it in this pass. */
  collect(source: ProcSource, view: View, attention: Attention): AuditFindings {
    // Where everything is read in every pass there is nothing to miss.
    if (attention.rhythm.stat === 1) return { rounds: 0, differences: {} }
    const differences: Partial<Record<AuditField, number>> = view.unannounced === 0 ? {} : { process: view.unannounced }
    this.#doubts = this.#doubts.filter((doubt) => {
      // Changed again, or gone, or seen: in order either way.
      if (doubt.read(source) !== doubt.value || isSeen(doubt, view)) return false
      if (attention.pass < doubt.dueInPass) return true
      differences[doubt.field] = (differences[doubt.field] ?? 0) + 1
      return false
    })
    this.#auditBundles(source, view.bundles, attention)
    return { rounds: this.#auditProcesses(source, view.processes, attention), differences }
  }

  /** @returns 1 when everybody has been audited, else 0. */
  #auditProcesses(source: ProcSource, processes: readonly ProcessSample[], attention: Attention): number {
    const slice = Math.ceil(processes.length / PASSES_IN_A_ROUND)
    const from = firstAfter(processes, this.#afterPid)
    const audited = processes.slice(from, from + slice)
    for (const process of audited) {
      const { pid, key } = process
      const fields = fieldsOf(process)
      const now = readFields(source, process, fields)
      for (const field of fields) {
        const dueInPass = attention.pass + limitOf(process, field, attention)
        const read = (again: ProcSource) => readFields(again, process, [field])[field]
        this.#hold({ field, subject: key, pid, dueInPass, read }, shownOf(process, field), now[field])
      }
    }
    const last = audited.at(-1)?.pid ?? 0
    const isRound = from + slice >= processes.length
    this.#afterPid = isRound ? 0 : last
    return isRound ? 1 : 0
  }

  #auditBundles(source: ProcSource, bundles: readonly BundleSample[], { pass, rhythm }: Attention): void {
    const slice = Math.ceil(bundles.length / PASSES_IN_A_ROUND)
    for (const bundle of bundles.slice(this.#afterBundle, this.#afterBundle + slice)) {
      const pid = Number(/^\/proc\/(\d+)\//.exec(bundle.source)?.[1] ?? 0)
      const read = (again: ProcSource) => factsOf(again.facts(bundle.source))
      const doubt = { field: 'bundle', subject: bundle.source, pid, dueInPass: pass + rhythm.keepers, read } as const
      this.#hold(doubt, factsOf(bundle.facts), read(source))
    }
    this.#afterBundle = this.#afterBundle + slice >= bundles.length ? 0 : this.#afterBundle + slice
  }

  #hold(doubt: Omit<Doubt, 'value'>, shown: string | undefined, now: string | undefined): void {
    if (shown === undefined || now === undefined || now === shown || this.#doubts.length >= MOST_DOUBTS) return
    if (this.#doubts.some(({ field, subject }) => field === doubt.field && subject === doubt.subject)) return
    this.#doubts = [...this.#doubts, { ...doubt, value: now }]
  }
}

const always = ['process', 'state', 'parent', 'name', 'cgroup', 'cmdline'] as const

const fieldsOf = ({ detail }: ProcessSample): readonly AuditField[] =>
  detail?.cwd.kind === 'known' || detail?.exe.kind === 'known' ? [...always, 'cwd', 'exe'] : always

/** In how many passes a fact must be seen; the table in the README. */
function limitOf({ pid, kernelThread }: ProcessSample, field: AuditField, attention: Attention): number {
  const { rhythm, wanted, announced } = attention
  const interest = wanted.get(pid)?.interest
  // What seems blocked is looked at again before anything is believed of it.
  const again = interest === undefined || interest === 'root' ? 1 : 0
  const turns = interest === undefined ? rhythm.stat : isWatched(interest) ? 1 : rhythm.keepers
  const unannounced = interest === undefined && announced !== undefined ? rhythm.unannounced : turns
  switch (field) {
    case 'process':
    case 'parent':
      return turns
    case 'name':
      // A worker of the kernel is called by what it works on, and no word is said of it. kernel/workqueue.c, wq_worker_comm
      return kernelThread ? unannounced : turns
    case 'state':
      return unannounced + again
    case 'cgroup':
    case 'cmdline':
      return rhythm.texts + again
    case 'cwd':
    case 'exe':
    case 'bundle':
      return rhythm.keepers
  }
}

function isSeen({ field, subject, pid, value }: Doubt, { processes, bundles }: View): boolean {
  if (field === 'bundle') {
    const bundle = bundles.find(({ source }) => source === subject)
    return bundle === undefined || factsOf(bundle.facts) === value
  }
  const process = withPid(processes, pid)
  if (process === undefined) return true
  return field === 'process' ? process.key === value : process.key !== subject || shownOf(process, field) === value
}

function shownOf({ key, state, ppid, comm, cgroup, argv, detail }: ProcessSample, field: AuditField) {
  switch (field) {
    case 'process':
      return key
    case 'state':
      return awake(state)
    case 'parent':
      return String(ppid)
    case 'name':
      return comm
    case 'cgroup':
      return valueOf(cgroup)?.path
    case 'cmdline':
      return argv.kind === 'known' ? argv.value.join('\0') : undefined
    case 'cwd':
    case 'exe':
      return detail === undefined ? undefined : linkOf(detail[field])
    case 'bundle':
      return undefined
  }
}

/** What can't be read is left out, and so is everything where another process has the pid by now. */
function readFields(
  source: ProcSource,
  { pid, key, kernelThread }: ProcessSample,
  fields: readonly AuditField[],
): Partial<Record<AuditField, string>> {
  const stat = valueOf(mapReading(source.read(`/proc/${pid}/stat`), parseStat))
  if (stat === null) return {}
  const process = `${stat.pid}@${stat.startTicks}`
  if (process !== key) return { process }
  const name = kernelThread ? stat.comm : redactComm(stat.comm)
  const read: Partial<Record<AuditField, string>> = {
    process,
    state: awake(stat.state),
    parent: String(stat.ppid),
    name,
  }
  const note = (field: AuditField, value: () => string | undefined) => {
    const found = fields.includes(field) ? value() : undefined
    if (found !== undefined) read[field] = found
  }
  const file = (path: string) => textOf(source.read(`/proc/${pid}/${path}`))
  const link = (path: string) => linkOf(mapReading(source.link(`/proc/${pid}/${path}`), parseLink))
  note('cgroup', () => valueOf(mapReading(file('cgroup'), parseCgroup))?.path)
  note('cmdline', () => valueOf(mapReading(file('cmdline'), parseCmdline))?.join('\0'))
  note('cwd', () => link('cwd'))
  note('exe', () => link('exe'))
  return read
}

const linkOf = (link: Reading<LinkTarget>): string | undefined =>
  link.kind === 'known' ? `${link.value.path} ${link.value.deleted}` : undefined

const textOf = (reading: Reading<Buffer>): Reading<string> =>
  reading.kind === 'known' ? known(reading.value.toString('utf8')) : reading

function factsOf(facts: BundleSample['facts']): string | undefined {
  return facts.kind === 'known' ? `${facts.value.inode} ${facts.value.changedMs}` : undefined
}

/** Between running and sleeping a process goes all the time. */
const awake = (state: string): string => (state === 'R' ? 'S' : state)
