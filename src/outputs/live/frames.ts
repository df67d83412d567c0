import type { Delta, Frame } from '../../core/model/event.ts'
import type { Process, Snapshot } from '../../core/model/snapshot.ts'

/** A frame as JSON, with nothing in it that its schema does not have. */
export type Write = (frame: Frame) => string

/** A frame as it goes over the wire. */
export type Encode = (frame: Frame) => Buffer

/**
 * Made once for all clients: with a Buffer, 1000 clients cost less than half of what they cost with a string. It has memory
 * of its own: frames are kept as long as their deltas, and a small Buffer is otherwise a piece of a larger one, which lives
 * as long as any of its pieces does.
 */
export const encoder =
  (write: Write): Encode =>
  (frame) =>
    bytesOf([write(frame)])

function bytesOf(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0))
  let at = 0
  for (const text of texts) at += bytes.write(text, at)
  return bytes
}

const snapshotFrame = ({ processes: _, ...snapshot }: Snapshot, processes?: readonly Process[]): SnapshotFrame => ({
  type: 'snapshot',
  seq: snapshot.seq,
  takenAt: snapshot.takenAt,
  snapshot: processes === undefined ? snapshot : { ...snapshot, processes },
})

type SnapshotFrame = Extract<Frame, { type: 'snapshot' }>

const lists = ['daemons', 'shims', 'containers', 'verdicts', 'processes'] as const

/**
 * The snapshot frame, at most so many elements at a time: those of a large node take several times as long as anybody
 * should be held up.
 *
 * @returns its bytes.
 */
export function* snapshotInPieces(
  write: Write,
  most: number,
  moment: Snapshot,
  processes?: readonly Process[],
): Generator<void, Buffer> {
  const frame = snapshotFrame(moment, processes)
  const { snapshot } = frame
  const filled = lists.filter((name) => (snapshot[name]?.length ?? 0) > 0)
  if (filled.reduce((sum, name) => sum + (snapshot[name]?.length ?? 0), 0) <= most) return bytesOf([write(frame)])
  const emptied: SnapshotFrame = {
    ...frame,
    snapshot: { ...snapshot, ...Object.fromEntries(filled.map((name) => [name, []])) },
  }
  const empty = write(emptied)
  // Within a string every quote is escaped, so that this is found where the list is and nowhere else.
  const places = filled
    .map((name) => ({ name, at: empty.indexOf(`"${name}":[]`) + name.length + 4 }))
    .sort((a, b) => a.at - b.at)
  const texts: string[] = []
  let written = 0
  let room = most
  for (const { name, at } of places) {
    texts.push(empty.slice(written, at))
    written = at
    const elements = snapshot[name] ?? []
    for (let from = 0; from < elements.length; ) {
      if (room === 0) {
        yield
        room = most
      }
      const some = elements.slice(from, from + room)
      const text = write({ ...emptied, snapshot: { ...emptied.snapshot, [name]: some } })
      texts.push(from === 0 ? '' : ',', text.slice(at, text.length - (empty.length - at)))
      from += some.length
      room -= some.length
    }
  }
  texts.push(empty.slice(written))
  return bytesOf(texts)
}

export const helloFrame = (snapshot: Snapshot, intervalMs: number): Frame => {
  const { seq, takenAt, schema, node, bootId, run } = snapshot
  return { type: 'hello', seq, takenAt, schema, node, bootId, run, intervalMs }
}

export const heartbeatFrame = ({ seq, takenAt }: Snapshot): Frame => ({ type: 'heartbeat', seq, takenAt })

/** Encoded deltas, kept as long as the delta itself is: many clients resume over the same ones. */
export function deltaEncoder(encode: Encode): (delta: Delta) => Buffer {
  const encoded = new WeakMap<Delta, Buffer>()
  return (delta) => {
    let buffer = encoded.get(delta)
    if (buffer === undefined) {
      buffer = encode(delta)
      encoded.set(delta, buffer)
    }
    return buffer
  }
}

/** Remembers the last result: everybody asks for the same until there is something newer. */
export function latestOnly<T extends object>(make: (input: T) => Buffer): (input: T) => Buffer {
  let last: { readonly input: T; readonly bytes: Buffer } | undefined
  return (input) => {
    if (last?.input !== input) last = { input, bytes: make(input) }
    return last.bytes
  }
}
