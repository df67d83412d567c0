import type { RunningAgent } from '../agent/loop.ts'
import { watchMoments, watchNode, watchSource } from '../agent/run-passes.ts'
import type { Settings } from '../config.ts'
import { laterMoment } from '../journal/later-moment.ts'
import { archiveSource } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { laterArchive, paceOf, roundAndRound } from '../sources/replay.ts'
import type { Played } from './played.ts'
import { sourceOf } from './source.ts'

/**
 * The agent that the settings describe: of this node, or of what is played instead. It runs from here on. Throws a
 * BadInput.
 */
export function agentOf(
  settings: Settings,
  played: Played | undefined,
  onFailure: (error: Error) => void,
): RunningAgent {
  const { source, procfs, cgroupfs, nodeName, graceMs, redaction, intervalMs, wakeUps, speed, loop } = settings
  switch (played?.kind) {
    case undefined: {
      if (loop === true || speed !== 1)
        throw new BadInput('--loop and --speed play a recording; give one with --from FILE')
      if (source === 'ps') return watchSource(sourceOf(settings, played), { intervalMs, graceMs, redaction, onFailure })
      const obstacle = explainPaths({ procfs, cgroupfs })
      if (obstacle !== undefined) throw new BadInput(obstacle)
      return watchNode({ procfs, cgroupfs, nodeName }, { intervalMs, graceMs, redaction, onFailure, wakeUps })
    }
    case 'recording': {
      const { moments } = played
      const paceMs = paceOf(moments, speed)
      const source = archiveSource(loop === true ? roundAndRound(moments, laterArchive) : moments)
      return watchSource(source, { intervalMs, graceMs, redaction, onFailure, paceMs })
    }
    case 'excerpt': {
      const { moments } = played.excerpt
      const paceMs = paceOf(moments, speed)
      return watchMoments(loop === true ? roundAndRound(moments, laterMoment) : moments, {
        intervalMs,
        onFailure,
        paceMs,
      })
    }
  }
}
