import type { RunningAgent } from '../agent/loop.ts'
import { watchNode, watchSource } from '../agent/run-passes.ts'
import type { Settings } from '../config.ts'
import { archiveSource } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { paceOf, roundAndRound } from '../sources/replay.ts'
import { readRecording, sourceOf } from './source.ts'

/**
 * The agent that the settings describe: of this node, or of a recording that is played. It runs from here on. Throws a
 * BadInput.
 */
export function agentOf(settings: Settings, onFailure: (error: Error) => void): RunningAgent {
  const { from, source, procfs, cgroupfs, nodeName, graceMs, redaction, intervalMs, wakeUps, speed, loop } = settings
  if (from === undefined) {
    if (loop === true || speed !== 1)
      throw new BadInput('--loop and --speed play a recording; give one with --from FILE')
    if (source === 'ps') return watchSource(sourceOf(settings), { intervalMs, graceMs, redaction, onFailure })
    const obstacle = explainPaths({ procfs, cgroupfs })
    if (obstacle !== undefined) throw new BadInput(obstacle)
    return watchNode({ procfs, cgroupfs, nodeName }, { intervalMs, graceMs, redaction, onFailure, wakeUps })
  }
  if (source === 'ps') sourceOf(settings)
  const { moments } = readRecording(from)
  const played = loop === true ? roundAndRound(moments) : moments
  return watchSource(archiveSource(played), {
    intervalMs,
    graceMs,
    redaction,
    onFailure,
    paceMs: paceOf(moments, speed),
  })
}
