import type { Forest, ShimBranch } from '../model/forest.ts'
import type { Past } from '../model/memory.ts'
import type { Evidence } from '../model/snapshot.ts'
import type { VerdictRule } from '../model/verdict.ts'
import { calledShim, shimSubject } from './shim-evidence.ts'

/** Of one processor. A shim sleeps but for starts, exits and the output that it copies. */
const BUSY_NOW = 0.8
const BUSY_FOR_LIFE = 0.5
const LONG_LIFE_SECONDS = 600
/** Ticks are coarse: less than this measures nothing. */
const SHORTEST_SECONDS = 1

/** A shim that takes far more than its kind does: what it leaks, the containers of the node go without. */
export const shimBloated: VerdictRule = {
  code: 'shim-bloated',
  severity: 'warning',
  title: 'a shim that takes far more memory, threads or processor time than its kind',
  resembles: [
    'containerd/containerd#9217',
    'containerd/ttrpc#241',
    'containerd/containerd#9404',
    'containerd/containerd#13558',
  ],
  yieldsTo: ['shim-wedged', 'shim-leaked', 'shim-duplicate'],
  judge: (forest, past) =>
    forest.shims.flatMap((shim) => {
      const excesses = [memoryExcess(forest, shim, past), threadExcess(shim, past), processorExcess(shim, past)].filter(
        (excess) => excess !== undefined,
      )
      if (excesses.length === 0) return []
      const { pid } = shim.node.process
      return {
        subject: shimSubject(shim),
        severity: 'warning',
        summary: `${calledShim(shim)} takes far more ${excesses.map(({ of }) => of).join(' and ')} than a shim of its kind`,
        evidence: excesses.map(({ evidence }) => evidence),
        next: `kill -USR1 ${pid} makes a Go shim print its goroutines to the daemon's log and ends nothing: that shows what grows. Replacing the pod gives it a new shim.`,
        witnesses: excesses.map(({ of }) => of),
      }
    }),
}

interface Excess {
  readonly of: 'memory' | 'threads' | 'processor time'
  readonly evidence: Evidence
}

function memoryExcess({ host }: Forest, { node, recognition }: ShimBranch, past: Past): Excess | undefined {
  const most = recognition.runtime.expects.usual?.rssBytes
  const bytes = past.usageOf(node.process).rssPages * (host.pageBytes ?? 0)
  if (most === undefined || bytes <= most) return undefined
  const observed = `VmRSS above ${mebibytes(step(bytes, most))}, where ${mebibytes(most)} are much for its kind`
  return { of: 'memory', evidence: { source: `grep VmRSS /proc/${node.process.pid}/status`, observed } }
}

function threadExcess({ node, recognition }: ShimBranch, past: Past): Excess | undefined {
  const most = recognition.runtime.expects.usual?.threads
  const { pid } = node.process
  const { threads } = past.usageOf(node.process)
  if (most === undefined || threads <= most) return undefined
  const observed = `above ${step(threads, most)}, where ${most} are many for its kind`
  return { of: 'threads', evidence: { source: `grep Threads /proc/${pid}/status`, observed } }
}

/** Since it was last measured; where nothing was, in all of its life, if that is long enough to tell. */
function processorExcess({ node, recognition }: ShimBranch, past: Past): Excess | undefined {
  // What may hold anything, a virtual machine say, works as much as it is given to do.
  if (recognition.runtime.expects.usual === null) return undefined
  const { key, pid, startTicks } = node.process
  const usage = past.usageOf(node.process)
  const { cpuSeconds: before = null, readAtMs = null } = past.measured.get(key) ?? {}
  const sinceSeconds = readAtMs === null ? 0 : (usage.readAtMs - readAtMs) / 1000
  const lifeSeconds = usage.readAtMs / 1000 - startTicks / 100
  const isWatched = before !== null && sinceSeconds >= SHORTEST_SECONDS
  const isBusy = isWatched
    ? (usage.cpuTicks / 100 - before) / sinceSeconds > BUSY_NOW
    : lifeSeconds >= LONG_LIFE_SECONDS && usage.cpuTicks / 100 / lifeSeconds > BUSY_FOR_LIFE
  if (!isBusy) return undefined
  const observed = `most of a processor ${isWatched ? 'while it was watched' : 'for all of its life'}: TIME against ELAPSED`
  return { of: 'processor time', evidence: { source: `ps -o time,etime -p ${pid}`, observed } }
}

/** The usual doubled as often as it fits: a figure that stays the same while the thing itself creeps up. */
function step(value: number, usual: number): number {
  let floor = usual
  while (floor * 2 <= value) floor *= 2
  return floor
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`
