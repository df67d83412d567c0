import { readFileSync } from 'node:fs'
import { DamagedExcerpt } from '../journal/damaged-excerpt.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import { isExcerpt, parseExcerpt } from '../journal/parse-excerpt.ts'
import { faultIn } from '../outputs/http/fault-in.ts'
import { printable } from '../outputs/text/printable.ts'
import type { Archive } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { DamagedRecording, parseRecording } from '../sources/parse-recording.ts'

/** What `--from` names: what was read of a node, or what was concluded of it, as a journal keeps it. */
export type Played =
  | { readonly kind: 'recording'; readonly moments: readonly Archive[] }
  | { readonly kind: 'excerpt'; readonly excerpt: Excerpt }

/** Throws a BadInput that names the file. */
export function readPlayed(path: string): Played {
  try {
    const bytes = readFileSync(path)
    return isExcerpt(bytes)
      ? { kind: 'excerpt', excerpt: parseExcerpt(bytes, faultIn) }
      : { kind: 'recording', moments: parseRecording(bytes).moments }
  } catch (error) {
    if (error instanceof DamagedRecording) throw new BadInput(`${path}: ${error.message}`)
    if (error instanceof DamagedExcerpt) throw new BadInput(`${path}: ${printable(error.message)}`)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BadInput(`the recording ${path} cannot be read (${code}); give a file that shimscope record wrote`)
  }
}
