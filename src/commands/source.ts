import type { Settings } from '../config.ts'
import { archiveSource } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { liveSource } from '../sources/live.ts'
import { psSource } from '../sources/ps.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { Played } from './played.ts'

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
