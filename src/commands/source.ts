import type { Settings } from '../config.ts'
import { archiveSource } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { liveSource } from '../sources/live.ts'
import { psSource } from '../sources/ps.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import { type Played, readPlayed } from './played.ts'
import { redactedExcerpt } from './redacted.ts'

/** What `--from` names, where it is given. Throws a BadInput. */
export function playedOf({ from, source, redaction }: Settings): Played | undefined {
  if (from === undefined) return undefined
  if (source === 'ps') throw new BadInput('--source ps reads this node and --from FILE a recording; give one of them')
  const played = readPlayed(from)
  // What is in a recording is redacted with every pass; in an excerpt that was done when it was recorded.
  return played.kind === 'excerpt' && redaction === 'strict'
    ? { kind: 'excerpt', excerpt: redactedExcerpt(played.excerpt, redaction) }
    : played
}

/** The node, or the recording that stands for it: something to read. Throws a BadInput. */
export function sourceOf(settings: Settings, played: Played | undefined): ProcSource {
  switch (played?.kind) {
    case undefined:
      return settings.source === 'ps' ? psSource() : nodeSource(settings)
    case 'recording':
      return archiveSource(played.moments)
    case 'excerpt':
      throw new BadInput(
        `${settings.from} is from a journal: it holds what was concluded, and nothing that could be read again; give a recording that shimscope record made of a node`,
      )
  }
}

function nodeSource({ procfs, cgroupfs, nodeName }: Settings): ProcSource {
  const obstacle = explainPaths({ procfs, cgroupfs })
  if (obstacle !== undefined) throw new BadInput(obstacle)
  return liveSource({ procfs, cgroupfs, nodeName })
}
