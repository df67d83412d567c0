import { readFileSync } from 'node:fs'
import type { Settings } from '../config.ts'
import { DamagedExcerpt } from '../journal/damaged-excerpt.ts'
import type { Excerpt } from '../journal/excerpt.ts'
import { isExcerpt, parseExcerpt } from '../journal/parse-excerpt.ts'
import { printable } from '../outputs/text/printable.ts'
import type { Archive } from '../sources/archive.ts'
import { BadInput } from '../sources/bad-input.ts'
import { DamagedRecording, parseRecording } from '../sources/parse-recording.ts'
import { redactedExcerpt } from './redacted.ts'

/** What `--from` names: what was read of a node, or what was concluded of it, as a journal keeps it. */
export type Played =
  | { readonly kind: 'recording'; readonly moments: readonly Archive[] }
  | { readonly kind: 'excerpt'; readonly excerpt: Excerpt }

/** What `--from` names, where it is given. Throws a BadInput. */
export async function playedOf({ from, source, redaction }: Settings): Promise<Played | undefined> {
  if (from === undefined) return undefined
  if (source === 'ps') throw new BadInput('--source ps reads this node and --from FILE a recording; give one of them')
  const played = await readPlayed(from)
  // What is in a recording is redacted with every pass; in an excerpt that was done when it was recorded.
  return played.kind === 'excerpt' && redaction === 'strict'
    ? { kind: 'excerpt', excerpt: redactedExcerpt(played.excerpt, redaction) }
    : played
}

/** Throws a BadInput that names the file. */
async function readPlayed(path: string): Promise<Played> {
  try {
    const bytes = readFileSync(path)
    return isExcerpt(bytes)
      ? { kind: 'excerpt', excerpt: parseExcerpt(bytes, await faultInParts()) }
      : { kind: 'recording', moments: parseRecording(bytes).moments }
  } catch (error) {
    if (error instanceof DamagedRecording) throw new BadInput(`${path}: ${error.message}`)
    if (error instanceof DamagedExcerpt) throw new BadInput(`${path}: ${printable(error.message)}`)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BadInput(`the recording ${path} cannot be read (${code}); give a file that shimscope record wrote`)
  }
}

/** The schemas take longer to load than a recording to be read, and only a file from a journal is held against them. */
const faultInParts = async () => (await import('../outputs/http/fault-in.ts')).faultIn
