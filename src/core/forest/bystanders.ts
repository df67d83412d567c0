import { withPid } from '../model/by-pid.ts'
import type { ProcessSample } from '../model/process.ts'
import type { Recognition } from '../model/runtime.ts'
import type { ResembledBy } from './doubt.ts'
import { isStray } from './interest.ts'

/** What was concluded from a list of processes, as far as it says on whom of them that hangs. */
export interface Conclusion {
  /** In the order of pids. */
  readonly processes: readonly ProcessSample[]
  /** Pids that something hangs on, and of all above them. */
  readonly hinges: ReadonlySet<number>
}

/** What may be said of one process by itself. */
export interface Tells {
  readonly recognizeOne: (process: ProcessSample) => Recognition | undefined
  readonly resembles: ResembledBy
}

/** What is new in a list of processes where only bystanders differ. */
export interface Bystanders {
  readonly gone: readonly ProcessSample[]
  /** New ones, and in their later form those that changed; whoever is the child of another one here comes after him. */
  readonly came: readonly ProcessSample[]
  /** In their earlier form: those in `came` that were there before. */
  readonly turned: readonly ProcessSample[]
}

/**
 * Most processes of a node stand by: they run in a container, or beside all of them, and whatever they do, who keeps what
 * stays the same. Where only these came, went or changed, what was concluded stands.
 *
 * A bystander is seen and alive, is nothing that we recognise and nothing that may be that, has a living parent that is
 * nothing of the kind either and in whose cgroup it is, and nothing hangs on it or on anybody below it.
 *
 * @returns `undefined` when anybody else changed: then all is to be concluded anew.
 */
export function bystandersIn(
  { processes, hinges }: Conclusion,
  now: readonly ProcessSample[],
  tells: Tells,
): Bystanders | undefined {
  const changes = changesIn(processes, now)
  if (changes === undefined) return undefined
  const { gone, later, turned } = changes
  const isHinge = ({ pid }: ProcessSample) => hinges.has(pid)
  if (gone.some(isHinge) || later.some(isHinge)) return undefined
  const found = new Map(later.map((process) => [process.pid, process]))
  /** Pids that are nobody's any more, or somebody else's, or were nobody's. */
  const passed = new Set(gone.map(({ pid }) => pid))
  const before = new Set(turned.map(({ pid }) => pid))
  for (const { pid } of later) if (!before.has(pid)) passed.add(pid)
  // Whose parent went has another one now; where he has not, parents are not what they seem.
  if (passed.size > 0 && now.some(({ pid, ppid }) => passed.has(ppid) && !found.has(pid))) return undefined
  if (!later.every((process) => standsBy(process, found.get(process.ppid) ?? withPid(now, process.ppid), tells)))
    return undefined
  if (turned.some((then) => pathOf(then) !== pathOf(found.get(then.pid)))) return undefined
  const came = parentsFirst(later, found)
  return came === undefined ? undefined : { gone, came, turned }
}

interface Changes {
  readonly gone: readonly ProcessSample[]
  /** New ones, and the later form of those that changed. */
  readonly later: readonly ProcessSample[]
  /** The earlier form of these. */
  readonly turned: readonly ProcessSample[]
}

/** @returns `undefined` when they are not in the order of pids. */
function changesIn(earlier: readonly ProcessSample[], now: readonly ProcessSample[]): Changes | undefined {
  const gone: ProcessSample[] = []
  const later: ProcessSample[] = []
  const turned: ProcessSample[] = []
  let at = 0
  let previous = 0
  for (const process of now) {
    const { pid } = process
    if (pid <= previous) return undefined
    previous = pid
    let then = earlier[at]
    for (; then !== undefined && then.pid < pid; then = earlier[at]) {
      gone.push(then)
      at += 1
    }
    if (then?.pid === pid) at += 1
    else then = undefined
    if (then === process) continue
    later.push(process)
    if (then?.key === process.key) turned.push(then)
    else if (then !== undefined) gone.push(then)
  }
  return { gone: [...gone, ...earlier.slice(at)], later, turned }
}

function standsBy(
  process: ProcessSample,
  parent: ProcessSample | undefined,
  { recognizeOne, resembles }: Tells,
): boolean {
  if (parent === undefined || parent.startTicks > process.startTicks) return false
  const { state, detail } = process
  if (detail !== undefined || state === 'Z' || state === 'X' || state === 'x' || state === 'D') return false
  if (process.kernelThread) return parent.kernelThread
  const isNobody = (one: ProcessSample) => recognizeOne(one) === undefined && resembles(one) === undefined
  return (
    process.cgroup.kind === 'known' &&
    parent.cgroup.kind === 'known' &&
    !isStray(process, parent) &&
    isNobody(process) &&
    isNobody(parent)
  )
}

/** Pids of those that something hangs on, and of everybody above them: each of these may change what is concluded. */
export function hingesIn(
  processes: readonly ProcessSample[],
  isHinge: (process: ProcessSample) => boolean,
): ReadonlySet<number> {
  const hinges = new Set<number>()
  const parents = new Map<number, number>()
  for (const { pid, ppid } of processes) parents.set(pid, ppid)
  for (const process of processes) {
    if (!isHinge(process)) continue
    for (let pid: number | undefined = process.pid; pid !== undefined && !hinges.has(pid); pid = parents.get(pid))
      hinges.add(pid)
  }
  // What is the node's own, and what a container's, shows against its first process.
  hinges.add(1)
  return hinges
}

const pathOf = (process: ProcessSample | undefined): string | undefined =>
  process?.cgroup.kind === 'known' ? process.cgroup.value.path : undefined

/** @returns `undefined`: readings of different instants may show parents in a circle. */
function parentsFirst(
  processes: readonly ProcessSample[],
  byPid: ReadonlyMap<number, ProcessSample>,
): readonly ProcessSample[] | undefined {
  const ordered = new Set<ProcessSample>()
  for (const process of processes) {
    const waiting: ProcessSample[] = []
    for (
      let above: ProcessSample | undefined = process;
      above !== undefined && !ordered.has(above);
      above = byPid.get(above.ppid)
    ) {
      if (waiting.length >= processes.length) return undefined
      waiting.push(above)
    }
    for (const one of waiting.reverse()) ordered.add(one)
  }
  return [...ordered]
}
