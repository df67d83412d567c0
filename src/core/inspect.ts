import { attach } from './forest/attach.ts'
import { follow, followed } from './forest/follow.ts'
import { grow } from './forest/grow.ts'
import { interestAfter } from './forest/interest-after.ts'
import { isSameAround, isSettled } from './forest/settled.ts'
import type { Forest } from './model/forest.ts'
import type { HostSample } from './model/host.ts'
import type { Grown, Memory } from './model/memory.ts'
import type { InterestOf } from './model/process.ts'
import { same } from './model/same.ts'
import type { Process, Snapshot } from './model/snapshot.ts'
import { redactEvidence } from './procfs/redact-evidence.ts'
import { redactions } from './procfs/redact.ts'
import { placeOf } from './runtimes/cgroup-layouts.ts'
import { runtimes } from './runtimes/index.ts'
import { recognize, recognizer, remembering, resembler } from './runtimes/recognize.ts'
import { concernIn } from './snapshot/concern.ts'
import { take, takeProcesses } from './snapshot/take.ts'
import { countZombies } from './snapshot/zombies.ts'
import { verdictRules } from './verdicts/index.ts'
import { judge } from './verdicts/judge.ts'

const recognizeOne = remembering(recognizer(runtimes))
const resembles = resembler(runtimes)
const tells = { recognizeOne, resembles }

/** Which processes the collector should read more of than their cheap files. */
export const interestOf: InterestOf = interestAfter(tells)

export interface Inspection {
  readonly snapshot: Snapshot
  readonly memory: Memory
  readonly zombies: Grown['zombies']
  /** Pids that the next pass is to look at, whatever else it looks at. */
  readonly concern: ReadonlySet<number>
  /** Made on demand, since they are many. */
  processes(): readonly Process[]
}

/** What a host looked like, and what we make of it. Memory is all that one pass leaves to the next. */
export function inspect(host: HostSample, left: Memory): Inspection {
  const before = wakened(host, left)
  const bootedAtMs = steadyBoot(host, before)
  const wasSet = before.bootedAtMs !== null && before.bootedAtMs !== bootedAtMs
  const memory = wasSet ? { ...before, clockSetAtUptimeMs: host.uptimeMs } : before
  const { grown } = memory
  // Mostly only the time has gone on, and bystanders have come and gone: what was grown stands, and is judged anew.
  const same =
    grown?.followed !== undefined && isSameAround(grown.forest.host, host)
      ? follow(grown.forest, grown.followed, host, tells)
      : undefined
  const forest = same ?? forestOf(host, memory)
  // A line of ps is written by the process that it is about, wherever that runs: too little to accuse anybody by.
  const rules = host.source === 'ps' ? [] : verdictRules
  const redactArgv = redactions[memory.redaction]
  const found = judge(forest, rules, memory, bootedAtMs)
  const judged = { ...found, verdicts: found.verdicts.map((verdict) => redactEvidence(verdict, redactArgv)) }
  const taken = take(forest, judged, memory, bootedAtMs)
  const nowGrown: Grown =
    grown !== null && same !== undefined
      ? { ...grown, forest }
      : {
          forest,
          followed: isSettled(forest) && leavesAsFound(memory, taken.memory) ? followed(forest, tells) : undefined,
          zombies: countZombies(forest),
        }
  return {
    snapshot: taken.snapshot,
    memory: {
      ...taken.memory,
      grown: nowGrown,
      silence: found.silence,
      lookedAt: lookedAt(host),
    },
    zombies: nowGrown.zombies,
    concern: concernIn(taken.snapshot, found.findings),
    processes: () => takeProcesses(forest, bootedAtMs, redactArgv),
  }
}

function forestOf(host: HostSample, memory: Memory): Forest {
  // Whoever was not worth a closer look cannot be recognised by one.
  const closer = host.processes.filter((process) => process.detail !== undefined)
  return attach({
    host,
    tree: grow(host.processes),
    recognitions: recognize(closer, recognizeOne),
    placeOf,
    resembles,
    addresses: memory.addresses,
    remembered: memory.snapshot?.containers ?? [],
  })
}

/** Of what a forest is grown from, beside the sample. */
const leavesAsFound = (before: Memory, after: Memory): boolean =>
  before.snapshot?.containers === after.snapshot?.containers && same([...before.addresses], [...after.addresses])

/** A drift below this is a clock being disciplined; more is a clock that was set. */
const CLOCK_SET_MS = 2_000

/** The kernel derives its boot time from today's clock, so it wanders: start times must not wander with it. */
function steadyBoot({ bootedAtMs }: HostSample, memory: Memory): number {
  const before = memory.bootedAtMs
  return before !== null && Math.abs(before - bootedAtMs) < CLOCK_SET_MS ? before : bootedAtMs
}

/** A pass takes less between its looks at the two clocks. */
const SLEPT_MS = 5_000

/**
 * A node that was suspended aged without anybody at work: what was about to be done then is not late. While the reader was
 * stopped nobody can say what lasted. Ages that had not made a verdict fire go on where they were.
 */
function wakened({ uptimeMs, awakeMs }: HostSample, memory: Memory): Memory {
  const { lookedAt: last, graceMs } = memory
  if (last === null || awakeMs === undefined) return memory
  const sleptMs = uptimeMs - last.uptimeMs - (awakeMs - last.awakeMs)
  if (sleptMs < SLEPT_MS) return memory
  const since = new Map(
    [...memory.since].map(([witness, begunMs]) => [
      witness,
      last.uptimeMs - begunMs >= graceMs ? begunMs : begunMs + sleptMs,
    ]),
  )
  return { ...memory, since, clockSetAtUptimeMs: uptimeMs }
}

const lookedAt = ({ uptimeMs, awakeMs }: HostSample): Memory['lookedAt'] =>
  awakeMs === undefined ? null : { uptimeMs, awakeMs }
