import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { magic, type Opening, unframe, unpackOpening } from './record.ts'

export interface SegmentFile {
  readonly path: string
  /** Segments are ordered by it, as they were written, whatever the clock said. */
  readonly index: number
  readonly bytes: number
  /** `undefined`: not even its beginning can be read. */
  readonly opening: Opening | undefined
}

const namePattern = /^(\d{8,})\.journal$/

export const segmentPath = (directory: string, index: number): string =>
  join(directory, `${String(index).padStart(8, '0')}.journal`)

/** The segments of a directory, as they were written. Throws what readdir throws. */
export function listSegments(directory: string): SegmentFile[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const [, index] = namePattern.exec(name) ?? []
      return index === undefined ? [] : [{ path: join(directory, name), index: Number(index) }]
    })
    .flatMap(({ path, index }) => {
      const found = lookInto(path)
      return found === undefined ? [] : [{ path, index, ...found }]
    })
    .sort((a, b) => a.index - b.index)
}

/** Of what is in the directory: names that no journal of ours would have there. */
export const strangersIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => !namePattern.test(name) && name !== 'lock' && name !== 'lost+found')

/** An opening is some 300 bytes. */
const LOOK_BYTES = 4_096

/** `undefined`: it was removed meanwhile, as the oldest are. */
function lookInto(path: string): Pick<SegmentFile, 'bytes' | 'opening'> | undefined {
  try {
    const { size: bytes } = statSync(path)
    return { bytes, opening: openingOf(path) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function openingOf(path: string): Opening | undefined {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(LOOK_BYTES)
    const found = start.subarray(0, readSync(file, start, 0, LOOK_BYTES, 0))
    if (!found.subarray(0, magic.length).equals(magic)) return undefined
    const first = unframe(found, magic.length)
    return first.kind === 'record' ? unpackOpening(first.payload) : undefined
  } finally {
    closeSync(file)
  }
}

/** How a segment ends before its last byte. */
export interface Flaw {
  /** `torn`: its last record is not whole. `damaged`: a record in the middle is wrong, and all behind it is lost with it. */
  readonly kind: 'torn' | 'damaged'
  /** That cannot be read. */
  readonly bytes: number
}

/** `undefined`: none. Throws what reading throws. */
export function flawOf(path: string): Flaw | undefined {
  const segment = readFileSync(path)
  let at = magic.length
  if (!segment.subarray(0, at).equals(magic)) return { kind: 'torn', bytes: segment.length }
  for (;;) {
    const found = unframe(segment, at)
    if (found.kind === 'end') return undefined
    if (found.kind !== 'record') return found
    at = found.end
  }
}
