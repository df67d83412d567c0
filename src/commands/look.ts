import { inspectOnce, inspectUntilSure } from '../agent/run-passes.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import { sourceOf } from './source.ts'

/** What the node shows now, or what a recording shows at its end, with its processes. */
export async function look(settings: Settings): Promise<Snapshot & { readonly processes: readonly Process[] }> {
  const { snapshot, processes } = await inspectOnce(sourceOf(settings), { graceMs: settings.graceMs })
  return { ...snapshot, processes }
}

/** The same, with a second look after the grace where something is pending: it may be wrong, or only at work. */
export const lookUntilSure = (settings: Settings): Promise<Snapshot> =>
  inspectUntilSure(sourceOf(settings), { graceMs: settings.graceMs })
