import { inspectOnce, inspectUntilSure } from '../agent/run-passes.ts'
import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import type { Io } from './command.ts'
import { recall, recallFrom } from './past.ts'
import type { Played } from './played.ts'
import { playedOf, sourceOf } from './source.ts'

/**
 * What the node shows now, what a recording shows at its end, or what the journal says of `--at`; with its processes,
 * which a journal does not hold.
 */
export async function look(
  settings: Settings,
  io: Io,
): Promise<Snapshot & { readonly processes?: readonly Process[] }> {
  const played = playedOf(settings)
  if (played?.kind === 'excerpt') return recallFrom(played.excerpt, settings, io)
  if (settings.at !== undefined) return await recall(settings, settings.at, io)
  const { snapshot, processes } = await inspectOnce(sourceOf(settings, played), inspecting(settings))
  return { ...snapshot, processes }
}

/** The same, with a second look after the grace where something is pending: it may be wrong, or only at work. */
export async function lookUntilSure(settings: Settings, io: Io): Promise<Snapshot> {
  const played: Played | undefined = playedOf(settings)
  return played?.kind === 'excerpt'
    ? recallFrom(played.excerpt, settings, io)
    : await inspectUntilSure(sourceOf(settings, played), inspecting(settings))
}

const inspecting = ({ graceMs, redaction }: Settings) => ({ graceMs, redaction })
