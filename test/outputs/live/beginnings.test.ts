import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { writeFrame } from '../../../src/outputs/http/live-schema.ts'
import { Beginnings } from '../../../src/outputs/live/beginnings.ts'
import { snapshotInPieces } from '../../../src/outputs/live/frames.ts'
import type { Recipient, Step } from '../../../src/outputs/live/recipient.ts'
import { aContainer, aDaemon, aProcess, aShim, aSnapshot, aVerdict } from '../../core/snapshot/support/nodes.ts'

const hostile = '"shims":[],"containers":[] \\"verdicts\\":[]\u2028'
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

/** The bytes, and how many pieces they came in. */
function written(snapshot: Snapshot, most: number, processes?: Parameters<typeof snapshotInPieces>[3]) {
  const pieces = snapshotInPieces(writeFrame, most, snapshot, processes)
  for (let count = 1; ; count += 1) {
    const piece = pieces.next()
    if (piece.done === true) return { text: String(piece.value), count }
  }
}

describe('a snapshot in pieces', () => {
  test('is the snapshot in one piece, whatever is in it and however large they are', () => {
    const counts = fc.record({ shims: fc.nat(9), containers: fc.nat(9), verdicts: fc.nat(3), processes: fc.nat(20) })
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 12 }), fc.boolean(), (count, most, hasProcesses) => {
        const { processes: _, ...snapshot } = aSnapshot({
          node: hostile,
          daemons: [aDaemon()],
          shims: many(count.shims, (at) => aShim({ pid: at + 1 })),
          containers: many(count.containers, (at) => aContainer({ id: `${hostile}${at}` })),
          verdicts: many(count.verdicts, (at) => aVerdict({ summary: `${hostile}${at}` })),
        })
        const processes = hasProcesses
          ? many(count.processes, (at) => aProcess({ pid: at + 1, comm: hostile }))
          : undefined
        const { seq, takenAt } = snapshot
        const whole = processes === undefined ? snapshot : { ...snapshot, processes }
        const { text, count: pieces } = written(snapshot, most, processes)
        expect(text).toBe(writeFrame({ type: 'snapshot', seq, takenAt, snapshot: whole }))
        const elements = 1 + count.shims + count.containers + count.verdicts + (processes?.length ?? 0)
        expect(pieces).toBe(Math.ceil(elements / most))
      }),
    )
  })
})

/** A client that notes what it is given. */
function client() {
  const given: (number | string)[] = []
  const recipient = { advance: ({ seq }: Step) => given.push(seq) } as unknown as Recipient
  return { given, recipient }
}

const step = (seq: number): Step => ({ bytes: Buffer.alloc(0), previous: seq - 1, seq })
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('what clients begin with', () => {
  const failures: unknown[] = []
  const begun = (write: (moment: { seq: number }) => Generator<void, Buffer>) =>
    new Beginnings<{ seq: number }>({
      write,
      give: (to, { seq }, bytes) =>
        (to as unknown as { advance: (step: { seq: string }) => void }).advance({ seq: `${seq}: ${bytes}` }),
      report: (error) => failures.push(error),
    })
  function* slowly({ seq }: { seq: number }) {
    yield
    yield
    return Buffer.from(`of ${seq}`)
  }

  test('is written once for all who wait, and followed by what has happened since', async () => {
    let writings = 0
    const beginnings = begun((moment) => {
      writings += 1
      return slowly(moment)
    })
    const [first, second] = [client(), client()]
    const latest = { seq: 3 }
    beginnings.begin(first.recipient, { seq: 1 })
    beginnings.moved(step(2))
    await turn()
    beginnings.moved(step(3))
    beginnings.begin(second.recipient, latest)
    for (let turns = 0; turns < 3; turns += 1) await turn()
    expect(first.given).toEqual(['1: of 1', 2, 3])
    expect(second.given).toEqual(['1: of 1', 2, 3])
    expect(writings).toBe(1)
  })

  test('of whom nobody waits for any more is not given to whoever comes later', async () => {
    const beginnings = begun(slowly)
    const [first, second] = [client(), client()]
    beginnings.begin(first.recipient, { seq: 1 })
    beginnings.forget(first.recipient)
    // Of what happens now nobody is told, since nobody is there.
    beginnings.begin(second.recipient, { seq: 2 })
    for (let turns = 0; turns < 4; turns += 1) await turn()
    expect(first.given).toEqual([])
    expect(second.given).toEqual(['2: of 2'])
  })

  test('of another run is abandoned', async () => {
    const beginnings = begun(slowly)
    const { given, recipient } = client()
    beginnings.begin(recipient, { seq: 7 })
    beginnings.abandon()
    beginnings.begin(recipient, { seq: 1 })
    for (let turns = 0; turns < 4; turns += 1) await turn()
    expect(given).toEqual(['1: of 1'])
  })

  test('that cannot be written is told of, and the next one is tried', async () => {
    const beginnings = begun(function* ({ seq }) {
      yield
      if (seq === 1) throw new Error('no words')
      return Buffer.from('words')
    })
    const { given, recipient } = client()
    beginnings.begin(recipient, { seq: 1 })
    await turn()
    await turn()
    expect(failures).toEqual([new Error('no words')])
    beginnings.begin(recipient, { seq: 2 })
    await turn()
    await turn()
    expect(given).toEqual(['2: words'])
  })
})
