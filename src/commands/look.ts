import { inspectOnce, inspectUntilSure } from '../agent/run-passes.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import { recall } from './past.ts'
import type { Io } from './command.ts'
import { sourceOf } from './source.ts'

/**
 * What the node shows now, what a recording shows at its end, or what the journal says of `--at`; with its processes,
 * which a journal does not hold.
 */
export async function look(
  settings: Settings,
  io: Io,
): Promise<Snapshot & { readonly processes?: readonly Process[] }> {
  if (settings.at !== undefined) return await recall(settings, settings.at, io)
  const { snapshot, processes } = await inspectOnce(sourceOf(settings), {
    graceMs: settings.graceMs,
    redaction: settings.redaction,
  })
  return { ...snapshot, processes }
}

/** The same, with a second look after the grace where something is pending: it may be wrong, or only at work. */
export const lookUntilSure = (settings: Settings): Promise<Snapshot> =>
  inspectUntilSure(sourceOf(settings), { graceMs: settings.graceMs, redaction: settings.redaction })
