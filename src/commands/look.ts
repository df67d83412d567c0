import type { Process, Snapshot } from '../core/model/snapshot.ts'
import type { Settings } from '../config.ts'
import type { Io } from './command.ts'
import { type NodeReader, nodeReader } from './node-reader.ts'
import type { Played } from './played.ts'

/**
 * What the node shows now, what a recording shows at its end, or what the journal says of `--at`; with its processes,
 * which a journal does not hold.
 */
export async function look(
  settings: Settings,
  io: Io,
): Promise<Snapshot & { readonly processes?: readonly Process[] }> {
  const played = await playedBy(settings)
  if (played?.kind === 'excerpt') return (await past()).recallFrom(played.excerpt, settings, io)
  if (settings.at !== undefined) return await (await past()).recall(settings, settings.at, io)
  const { snapshot, processes } = await reading(settings, played, io, (reader) =>
    reader.read('inspection', { graceMs: settings.graceMs, redaction: settings.redaction }),
  )
  return { ...snapshot, processes }
}

/** The same, with a second look after the grace where something is pending: it may be wrong, or only at work. */
export async function lookUntilSure(settings: Settings, io: Io): Promise<Snapshot> {
  const played = await playedBy(settings)
  if (played?.kind === 'excerpt') return (await past()).recallFrom(played.excerpt, settings, io)
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

// Most looks are at the node as it is: what reads a file or a journal is loaded by those that need it.
const past = () => import('./past.ts')
const playedBy = async (settings: Settings): Promise<Played | undefined> =>
  settings.from === undefined ? undefined : (await import('./played.ts')).playedOf(settings)
