import type { Forest } from '../model/forest.ts'
import type { Memory } from '../model/memory.ts'
import type { Process, Snapshot, Verdict } from '../model/snapshot.ts'
import { type Measurements, measure } from './measure.ts'
import { type IsoTime, presentContainer, presentDaemon, presentProcesses, presentShim } from './present.ts'
import { same } from '../model/same.ts'

interface Judged {
  readonly verdicts: readonly Verdict[]
  readonly since: ReadonlyMap<string, number>
  readonly daemonLives: Memory['daemonLives']
}

/**
 * The public picture of one moment. Elements and arrays that did not change are the very objects of the last one, and
 * `seq` advances only when something did.
 */
export function take(
  forest: Forest,
  judged: Judged,
  memory: Memory,
  bootedAtMs: number,
): { snapshot: Snapshot; memory: Memory } {
  const { host } = forest
  const before = memory.snapshot
  const measurements = measure(forest, memory)

  // The branches of a forest that stands are the very ones that were shown last.
  const isShown =
    before !== null &&
    memory.grown?.forest.containers === forest.containers &&
    memory.bootedAtMs === bootedAtMs &&
    memory.measured === measurements.measured
  const { daemons, shims, containers } = isShown ? before : present(forest, before, measurements, clock(bootedAtMs))
  const verdicts = carry(before?.verdicts, judged.verdicts)
  const unchanged =
    before !== null &&
    daemons === before.daemons &&
    shims === before.shims &&
    containers === before.containers &&
    verdicts === before.verdicts

  const snapshot: Snapshot = {
    schema: 'shimscope/v1',
    node: host.node,
    bootId: host.bootId,
    run: memory.run,
    seq: unchanged ? before.seq : (before?.seq ?? 0) + 1,
    takenAt: new Date(host.takenAtMs).toISOString(),
    pass: {
      source: host.source,
      durationMs: Math.round(host.durationMs * 10) / 10,
      processes: host.processes.length,
      threads: host.threads ?? host.processes.reduce((sum, { usage }) => sum + usage.threads, 0),
      complete: host.complete,
      reads: host.reads,
      denied: host.denied,
    },
    daemons,
    shims,
    containers,
    verdicts,
  }
  return {
    snapshot,
    memory: {
      ...memory,
      snapshot,
      since: judged.since,
      daemonLives: judged.daemonLives,
      measured: measurements.measured,
      measuredAtUptimeMs: measurements.measuredAtUptimeMs,
      bootedAtMs,
      addresses: new Map(
        forest.daemons.flatMap(({ node, addresses, state }) =>
          state === 'listening' ? [[node.process.key, addresses] as const] : rememberedBy(memory, node.process.key),
        ),
      ),
    },
  }
}

function present(
  forest: Forest,
  before: Snapshot | null,
  measurements: Measurements,
  time: IsoTime,
): Pick<Snapshot, 'daemons' | 'shims' | 'containers'> {
  return {
    daemons: carry(
      before?.daemons,
      forest.daemons.map((daemon) => presentDaemon(daemon, time)),
    ),
    shims: carry(
      before?.shims,
      forest.shims.map((shim) => presentShim(shim, measurements, time)),
    ),
    containers: carry(
      before?.containers,
      forest.containers.map((container) => presentContainer(container, measurements, time)),
    ),
  }
}

export const takeProcesses = (
  forest: Forest,
  bootedAtMs: number,
  redactArgv: (argv: readonly string[]) => readonly string[],
): readonly Process[] => presentProcesses(forest, clock(bootedAtMs), redactArgv)

const clock =
  (bootedAtMs: number): IsoTime =>
  (uptimeMs) =>
    new Date(bootedAtMs + uptimeMs).toISOString()

function rememberedBy(memory: Memory, key: `${number}@${number}`) {
  const addresses = memory.addresses.get(key)
  return addresses === undefined ? [] : [[key, addresses] as const]
}

/** Sorted by key, with what did not change taken over from before. */
function carry<T extends { readonly key: string }>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
  const known = new Map(before?.map((element) => [element.key, element]))
  const carried = now
    .map((element) => {
      const earlier = known.get(element.key)
      return earlier !== undefined && same(earlier, element) ? earlier : element
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const equal = before?.length === carried.length && carried.every((element, at) => element === before[at])
  return equal && before !== undefined ? before : carried
}
