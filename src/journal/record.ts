import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { NodeEvent } from '../core/model/event.ts'
import type { Pass, Snapshot } from '../core/model/snapshot.ts'
import type { ThinDelta } from '../core/snapshot/patch.ts'
import { crc32 } from './crc32.ts'

/*
 * A segment is `magic`, then records: length and CRC-32 of the payload (u32, little endian), then the payload: JSON,
 * deflated except for the opening. The first two are the opening and the head; every later one is deflated with the end
 * of the head's JSON as its dictionary, since names and ids are most of it and stand there already.
 */

export const magic = Buffer.from('shimscope journal 1\n')

/** What one can know of a segment without unpacking anything. */
export interface Opening {
  readonly type: 'opening'
  readonly node: string
  readonly run: string
  readonly seq: number
  /** Nothing in this segment is older: a clock that goes back opens the next one. ISO 8601, UTC. */
  readonly takenAt: string
}

/** The whole snapshot that a segment begins with, and the events that led to it and stand in no delta. */
export interface Head {
  readonly type: 'head'
  readonly snapshot: Snapshot
  readonly events: readonly NodeEvent[]
}

/** Nothing has changed until then: tells a quiet hour from one in which nobody looked. */
export interface Still {
  readonly type: 'still'
  readonly seq: number
  readonly takenAt: string
  readonly pass: Pass
}

export type Entry = ThinDelta | Still

/** Most of what deflate looks back to. RFC 1951, 2 */
const WINDOW_BYTES = 32_768

export const dictionaryOf = (headJson: Buffer): Buffer => headJson.subarray(-WINDOW_BYTES)

export const packOpening = (opening: Opening): Buffer => framed(Buffer.from(JSON.stringify(opening)))

export const packHead = (json: Buffer): Buffer => framed(deflateRawSync(json))

export const packEntry = (entry: Entry, dictionary: Buffer): Buffer =>
  framed(deflateRawSync(JSON.stringify(entry), { dictionary, level: 6 }))

export const unpackOpening = (payload: Buffer): Opening => JSON.parse(payload.toString()) as Opening

export const unpackHead = (payload: Buffer): { readonly head: Head; readonly dictionary: Buffer } => {
  const json = inflateRawSync(payload)
  return { head: JSON.parse(json.toString()) as Head, dictionary: dictionaryOf(json) }
}

export const unpackEntry = (payload: Buffer, dictionary: Buffer): Entry =>
  JSON.parse(inflateRawSync(payload, { dictionary }).toString()) as Entry

function framed(payload: Buffer): Buffer {
  const frame = Buffer.alloc(8 + payload.length)
  frame.writeUInt32LE(payload.length, 0)
  frame.writeUInt32LE(crc32(payload), 4)
  payload.copy(frame, 8)
  return frame
}

export type Framed =
  | { readonly kind: 'record'; readonly payload: Buffer; readonly end: number }
  | { readonly kind: 'end' }
  /** The last record is not whole: whoever wrote it was stopped in the middle, or is at it. */
  | { readonly kind: 'torn'; readonly bytes: number }
  /** There is more behind it, and nothing tells where the next record begins. */
  | { readonly kind: 'damaged'; readonly bytes: number }

/** The record of `segment` that begins at `start`. */
export function unframe(segment: Buffer, start: number): Framed {
  const bytes = segment.length - start
  if (bytes === 0) return { kind: 'end' }
  if (bytes < 8) return { kind: 'torn', bytes }
  const end = start + 8 + segment.readUInt32LE(start)
  if (end > segment.length) return { kind: 'torn', bytes }
  const payload = segment.subarray(start + 8, end)
  // No record is empty; zeros are what a power failure leaves at the end of a file.
  if (payload.length > 0 && crc32(payload) === segment.readUInt32LE(start + 4)) return { kind: 'record', payload, end }
  return { kind: end === segment.length ? 'torn' : 'damaged', bytes }
}
