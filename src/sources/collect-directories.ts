import type { DirectorySample } from '../core/model/host.ts'
import type { ProcessSample, Wanted } from '../core/model/process.ts'
import type { ProcSource } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Directories outside of bundles, as the process sees them that they tell something about. */
export function collectDirectories(
  source: ProcSource,
  tally: Tally,
  closer: readonly ProcessSample[],
  wanted: ReadonlyMap<number, Wanted>,
): DirectorySample[] {
  return closer.flatMap(({ pid, key }) =>
    (wanted.get(pid)?.directories ?? []).map((path) => {
      const at = `/proc/${pid}/root${path}`
      return { path, source: at, shim: key, facts: tally.count('root', source.facts(at)) }
    }),
  )
}
