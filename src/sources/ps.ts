import { hostname, uptime } from 'node:os'
import { denied, type Reading } from '../core/model/reading.ts'
import { type Archive, archiveSource, type Entry } from './archive.ts'
import { type Asked, askPidtree, askPsList } from './ask-ps.ts'
import { BadInput } from './bad-input.ts'
import type { Moment, ProcSource } from './proc-source.ts'

/** One line of `ps`, as far as it goes; only the parentage is always there. */
export interface PsRow {
  readonly pid: number
  readonly ppid: number
  readonly name?: string
  readonly cmd?: string
  readonly startTime?: Date | undefined
}

export type AskPs = () => Promise<readonly PsRow[]>

/**
 * The degraded source, where there is no procfs to read: what `ps` prints, made into the files that it was made from.
 * All else is denied, and not gone: of what ps does not show nothing is concluded.
 */
export function psSource(askPs: AskPs = askBoth): ProcSource {
  const births = new Births()
  let shown: ProcSource = archiveSource([])
  const orDenied = <T>(reading: Reading<T>): Reading<T> => (reading.kind === 'gone' ? denied : reading)
  return {
    kind: 'ps',
    async begin(): Promise<Moment | false> {
      const takenAtMs = Date.now()
      const rows = await askPs()
      shown = archiveSource([archiveOfPs(rows, { takenAtMs, bootedAtMs: births.bootedAtMs, node: hostname() }, births)])
      return shown.begin()
    },
    list: (path) => orDenied(shown.list(path)),
    read: (path) => orDenied(shown.read(path)),
    readWhole: (path, limitBytes) => orDenied(shown.readWhole(path, limitBytes)),
    link: () => denied,
    facts: () => denied,
  }
}

/** ps-list tells most; where it can't, pidtree still tells who is whose child. */
async function askBoth(): Promise<readonly PsRow[]> {
  const listed: Asked<PsRow> = await askPsList()
  const asked = 'rows' in listed ? listed : await askPidtree()
  if ('skipped' in asked) throw new BadInput(`--source ps: ${asked.skipped}; install procps, or leave the option out`)
  return asked.rows
}

/** Seconds by which ps may differ from itself: it reckons a start from the time of day and the time since boot. */
const WANDER_MS = 2_000

/** A process keeps the start that it was first seen with, or it would seem to be another one at every look. */
export class Births {
  readonly bootedAtMs = Date.now() - Math.round(uptime() * 1_000)
  #startsMs = new Map<number, number>()

  /** By pid, in ms; what is not among the rows any more is forgotten. */
  settle(rows: readonly PsRow[]): ReadonlyMap<number, number> {
    const settled = new Map<number, number>()
    for (const { pid, ppid, startTime } of rows) {
      const parentMs = settled.get(ppid) ?? this.#startsMs.get(ppid) ?? this.bootedAtMs
      const saidMs = startTime?.getTime() ?? parentMs
      // A child that seems to be a second older than its parent would lose it.
      const bornMs = Math.abs(parentMs - saidMs) <= WANDER_MS ? Math.max(parentMs, saidMs) : saidMs
      const beforeMs = this.#startsMs.get(pid)
      settled.set(pid, beforeMs !== undefined && Math.abs(beforeMs - bornMs) <= WANDER_MS ? beforeMs : bornMs)
    }
    this.#startsMs = settled
    return settled
  }
}

interface Node {
  readonly takenAtMs: number
  readonly bootedAtMs: number
  readonly node: string
}

/** What `/proc` would hold if it held no more than ps prints. */
export function archiveOfPs(
  rows: readonly PsRow[],
  { takenAtMs, bootedAtMs, node }: Node,
  births: Pick<Births, 'settle'>,
): Archive {
  const startsMs = births.settle(rows)
  const entries = new Map<string, Entry>()
  const write = (path: string, text: string): void => {
    entries.set(path, { kind: 'file', bytes: Buffer.from(text) })
  }
  write('/proc/uptime', `${((takenAtMs - bootedAtMs) / 1_000).toFixed(2)} 0.00\n`)
  write('/proc/stat', `btime ${Math.floor(bootedAtMs / 1_000)}\n`)
  write('/proc/sys/kernel/hostname', `${node}\n`)
  const hasKernelThreads = rows.some(({ pid, ppid, name }) => pid === 2 && ppid === 0 && name === 'kthreadd')
  for (const row of rows) {
    const isKernelThread = hasKernelThreads && (row.pid === 2 || row.ppid === 2) && isBracketed(row.cmd ?? '')
    const startTicks = Math.max(0, Math.round(((startsMs.get(row.pid) ?? bootedAtMs) - bootedAtMs) / 10))
    write(`/proc/${row.pid}/stat`, statOf(row, { startTicks, isKernelThread }))
    if (row.cmd !== undefined) write(`/proc/${row.pid}/cmdline`, cmdlineOf(row.cmd))
  }
  return { takenAtMs, entries, listings: new Map(), facts: new Map() }
}

const PF_KTHREAD = 0x00200000

/** What ps-list does not tell is 0, and the state `?`: no process is a zombie because its command line says so. proc(5) */
function statOf(
  { pid, ppid, name = '?' }: PsRow,
  { startTicks, isKernelThread }: { startTicks: number; isKernelThread: boolean },
): string {
  const comm = Buffer.from(name)
    .subarray(0, 15)
    .toString('utf8')
    .replaceAll(/[\0\n]/g, '?')
  const flags = isKernelThread ? PF_KTHREAD : 0
  return `${pid} (${comm}) ? ${ppid} 0 0 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 0 0 ${startTicks} 0 0\n`
}

/** `[name]`, and ` <defunct>` behind it for a zombie: what ps prints of a process without a command line. ps(1) */
const isBracketed = (cmd: string): boolean => /^\[.*\](?: <defunct>)?$/.test(cmd)

/** ps puts blanks between arguments, and whoever has a blank in one has two here: good enough for the flags of shims. */
const cmdlineOf = (cmd: string): string => (isBracketed(cmd) || cmd === '' ? '' : `${cmd.split(' ').join('\0')}\0`)
