import { parseBundleMounts } from '../core/procfs/mountinfo.ts'
import type { BundleMount } from '../core/model/host.ts'
import type { ProcessSample } from '../core/model/process.ts'
import { mapReading, valueOf } from '../core/model/reading.ts'
import { text } from './collect-detail.ts'
import { type ProcSource, TABLE_BYTES } from './proc-source.ts'
import type { Tally } from './tally.ts'

/** Mounts as the parents of strays see them: where a container without a shim had its root file system. */
export function collectBundleMounts(
  source: ProcSource,
  tally: Tally,
  closer: readonly ProcessSample[],
  strays: readonly ProcessSample[],
): BundleMount[] {
  const parents = new Set<number>()
  for (const { ppid, state } of strays) if (state !== 'Z' && ppid > 0) parents.add(ppid)
  if (parents.size === 0) return []
  const namespaces = new Map(
    closer.flatMap(({ pid, detail }) =>
      detail !== undefined && parents.has(pid) ? [[pid, detail.mountNamespace] as const] : [],
    ),
  )
  const seen = new Set<number>()
  return [...parents].flatMap((pid) => {
    const namespace = namespaces.get(pid)
    const inode = namespace === undefined ? null : valueOf(namespace)
    if (inode !== null && seen.has(inode)) return []
    if (inode !== null) seen.add(inode)
    const path = `/proc/${pid}/mountinfo`
    const mounts = mapReading(text(tally.count('mountinfo', source.readWhole(path, TABLE_BYTES))), (table) =>
      parseBundleMounts(table, path),
    )
    return valueOf(mounts) ?? []
  })
}
