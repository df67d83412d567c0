import type { Collections } from '../../../core/model/event.ts'
import type { Process } from '../../../core/model/snapshot.ts'

type Seen = Collections & { readonly processes?: readonly Process[] | undefined }

/** Refreshed on a rhythm of their own: a change of these is no news. */
const measurements: ReadonlySet<string> = new Set(['rssBytes', 'cpuSeconds', 'threads', 'processes'])

/**
 * Ids of rows (`shim|4000@900`) and verdicts (`verdict|…`) that are new or say something else than before. Objects that
 * are the same are not looked into, so that after a delta this costs what the delta is.
 */
export function changedIds(before: Seen, after: Seen): readonly string[] {
  return [
    ...changed('daemon', before.daemons, after.daemons),
    ...changed('shim', before.shims, after.shims),
    ...changed('container', before.containers, after.containers),
    ...changed('verdict', before.verdicts, after.verdicts),
    // All are new to a page that had not asked for them.
    ...(before.processes === undefined || after.processes === undefined
      ? []
      : changed('process', before.processes, after.processes)),
  ]
}

function changed<T extends { readonly key: string }>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
): string[] {
  if (before === after) return []
  const ids: string[] = []
  let b = 0
  for (const item of after) {
    let old = before[b]
    while (old !== undefined && old.key < item.key) old = before[++b]
    const known = old?.key === item.key ? old : undefined
    if (known !== item && (known === undefined || said(known) !== said(item))) ids.push(`${kind}|${item.key}`)
  }
  return ids
}

/** What one would notice about it. A process that runs and sleeps by turns has not changed. */
const said = (item: object): string =>
  JSON.stringify(item, (name, value: unknown) => {
    if (measurements.has(name)) return undefined
    return name === 'state' && (value === 'R' || value === 'I') ? 'S' : value
  })
