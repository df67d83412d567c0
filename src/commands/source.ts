import { readFileSync } from 'node:fs'
import type { Settings } from '../config.ts'
import type { Archive } from '../sources/archive.ts'
import { archiveSource } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { explainPaths } from '../sources/check-paths.ts'
import { liveSource } from '../sources/live.ts'
import { psSource } from '../sources/ps.ts'
import { DamagedRecording, parseRecording } from '../sources/parse-recording.ts'
import type { ProcSource } from '../sources/proc-source.ts'
import type { Recording } from '../sources/recording.ts'

/** The node, or the recording that stands for it. Throws a BadInput. */
export function sourceOf(settings: Settings): ProcSource {
  const { from, source } = settings
  if (from === undefined) return source === 'ps' ? psSource() : nodeSource(settings)
  if (source === 'ps') throw new BadInput('--source ps reads this node and --from FILE a recording; give one of them')
  return archiveSource(readRecording(from).moments)
}

export function nodeSource({ procfs, cgroupfs, nodeName }: Settings): ProcSource {
  const obstacle = explainPaths({ procfs, cgroupfs })
  if (obstacle !== undefined) throw new BadInput(obstacle)
  return liveSource({ procfs, cgroupfs, nodeName })
}

/** Throws a BadInput that names the file. */
export function readRecording(path: string): Recording & { readonly moments: readonly Archive[] } {
  try {
    return parseRecording(readFileSync(path))
  } catch (error) {
    if (error instanceof DamagedRecording) throw new BadInput(`${path}: ${error.message}`)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BadInput(`the recording ${path} cannot be read (${code}); give a file that shimscope record wrote`)
  }
}
