import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import type { Io } from './command.ts'
import { type NodeReader, nodeReader } from './node-reader.ts'
import { recall, recallFrom } from './past.ts'
import type { Played } from './played.ts'
import { playedOf } from './source.ts'

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
  const { snapshot, processes } = await reading(settings, played, io, (reader) =>
    reader.read('inspection', { graceMs: settings.graceMs, redaction: settings.redaction }),
  )
  return { ...snapshot, processes }
}

/** The same, with a second look after the grace where something is pending: it may be wrong, or only at work. */
export async function lookUntilSure(settings: Settings, io: Io): Promise<Snapshot> {
  const played = playedOf(settings)
  if (played?.kind === 'excerpt') return recallFrom(played.excerpt, settings, io)
  return await reading(settings, played, io, (reader) =>
    reader.read('sureInspection', { graceMs: settings.graceMs, redaction: settings.redaction }),
  )
}

async function reading<T>(
  settings: Settings,
  played: Played | undefined,
  io: Io,
  act: (reader: NodeReader) => Promise<T>,
): Promise<T> {
  const reader = await nodeReader(settings, played, io)
  try {
    return await act(reader)
  } finally {
    await reader.close()
  }
}
