import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_BYTES, parseProcessEvent, processEventsRequest } from '../../../src/core/procfs/process-event.ts'

const parse = (bytes: Uint8Array, at = 0, length = bytes.length - at) =>
  parseProcessEvent(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, length)

/** As Linux 6.18 sent them on x64. */
const sent = {
  ack: '4c000000030000004d3b01000000000001000000010000004d3b01000800000028000000000000000100000082a1065135180000000000000000000000000000000000000000000000000000',
  fork: '4c00000003000000ae3b0100000000000100000001000000ae3b01000000000028000000010000000100000010fd3064351800007c1b00007c1b0000a11b0000a11b00000000000000000000',
  exec: '4c00000003000000af3b0100000000000100000001000000af3b010000000000280000000200000001000000dc50376435180000a11b0000a11b000000000000000000000000000000000000',
  thread:
    '4c00000003000000bc3b0100000000000100000001000000bc3b0100000000002800000001000000010000003bf11b6a351800007a1b00007a1b0000a81b00007c1b00000000000000000000',
  threadExit:
    '4c00000003000000bd3b0100000000000100000001000000bd3b010000000000280000000000008001000000c8dd526a35180000a81b00007c1b000000000000ffffffff0000000000000000',
  exit: '4c00000003000000be3b0100000000000100000001000000be3b010000000000280000000000008001000000a62b156b351800007c1b00007c1b000000000000110000007a1b00007a1b0000',
  comm: '4c00000003000000a0710100000000000100000001000000a071010000000000280000000002000000000000820f3e5235180000771b000088110000726f6c6c646f776e2d776f726b657200',
} as const
const bytesOf = (name: keyof typeof sent) => new Uint8Array(Buffer.from(sent[name], 'hex'))

describe('what a kernel has sent', () => {
  it('is told by process and thread', () => {
    expect(parse(bytesOf('ack'))).toMatchObject({ what: 'ack', cpu: 1, seq: 0x13b4d, ack: 8, error: 0 })
    expect(parse(bytesOf('fork'))).toMatchObject({ what: 'fork', parent: 0x1b7c, pid: 0x1ba1, thread: 0x1ba1 })
    expect(parse(bytesOf('exec'))).toMatchObject({ what: 'exec', cpu: 1, seq: 0x13baf, pid: 0x1ba1, thread: 0x1ba1 })
    expect(parse(bytesOf('thread'))).toMatchObject({ what: 'fork', parent: 0x1b7a, pid: 0x1b7c, thread: 0x1ba8 })
    expect(parse(bytesOf('threadExit'))).toMatchObject({ what: 'exit', pid: 0x1b7c, thread: 0x1ba8, parent: undefined })
    expect(parse(bytesOf('exit'))).toMatchObject({ what: 'exit', pid: 0x1b7c, thread: 0x1b7c, parent: 0x1b7a })
    expect(parse(bytesOf('comm'))).toMatchObject({ what: 'name', cpu: 0, seq: 0x171a0, pid: 0x1188, thread: 0x1b77 })
    // Nanoseconds since the machine was started: 7 hours and 23 minutes.
    expect(parse(bytesOf('exit'))?.atMs).toBe(0x1835_6b15_2ba6 / 1e6)
  })

  it('is nothing when it is cut off, wherever', () => {
    for (const whole of Object.keys(sent).map((name) => bytesOf(name as keyof typeof sent))) {
      for (let length = 0; length < whole.length; length += 1) expect(parse(whole, 0, length)).toBeUndefined()
    }
  })
})

/** linux/netlink.h, linux/connector.h, linux/cn_proc.h: the fields as they are declared, with their sizes. */
const message = {
  nlmsg_len: 4,
  nlmsg_type: 2,
  nlmsg_flags: 2,
  nlmsg_seq: 4,
  nlmsg_pid: 4,
  'id.idx': 4,
  'id.val': 4,
  seq: 4,
  ack: 4,
  len: 2,
  flags: 2,
  what: 4,
  cpu: 4,
  timestamp_ns: 8,
} as const
const details = {
  fork: ['parent_pid', 'parent_tgid', 'child_pid', 'child_tgid'],
  exec: ['process_pid', 'process_tgid'],
  name: ['process_pid', 'process_tgid'],
  session: ['process_pid', 'process_tgid'],
  exit: ['process_pid', 'process_tgid', 'exit_code', 'exit_signal', 'parent_pid', 'parent_tgid'],
} as const
const codes = { fork: 0x1, exec: 0x2, session: 0x80, name: 0x200, exit: 0x80000000 } as const

/** Puts a message together from names, as a C compiler would: every field lies at a multiple of its size, but the time. */
function written(what: keyof typeof details, values: Readonly<Record<string, number | bigint>>): Uint8Array {
  const view = new DataView(new ArrayBuffer(76))
  const all = { nlmsg_len: 76, nlmsg_type: 3, 'id.idx': 1, 'id.val': 1, len: 40, what: codes[what], ...values }
  let at = 0
  for (const [name, size] of [...Object.entries(message), ...details[what].map((field) => [field, 4] as const)]) {
    const value = (all as Record<string, number | bigint>)[name] ?? 0
    if (size === 8) view.setBigUint64(at, BigInt(value), true)
    else if (size === 4) view.setUint32(at, Number(value), true)
    else view.setUint16(at, Number(value), true)
    at += size
  }
  return new Uint8Array(view.buffer)
}

describe('whatever the numbers', () => {
  const id = fc.integer({ min: 1, max: 0x7fff_ffff })
  const word = fc.integer({ min: 0, max: 0xffff_ffff })
  const time = fc.bigInt({ min: 0n, max: 2n ** 62n })

  it('each is read from where the header has it', () => {
    fc.assert(
      fc.property(id, id, id, id, word, word, time, word, (a, b, c, d, seq, cpu, timestamp_ns, other) => {
        const told = { seq, cpu, timestamp_ns, nlmsg_seq: other, nlmsg_pid: other }
        const is = { seq, cpu, atMs: Number(timestamp_ns) / 1e6 }
        const near = (event: ReturnType<typeof parse>, expected: object) => {
          const { atMs, ...rest } = event as NonNullable<typeof event>
          const { atMs: due, ...others } = { ...is, ...expected } as { atMs: number }
          expect(rest).toEqual(others)
          expect(Math.abs(atMs - due)).toBeLessThanOrEqual(due * 1e-15)
        }
        const fork = { parent_pid: a, parent_tgid: b, child_pid: c, child_tgid: d }
        near(parse(written('fork', { ...told, ...fork })), { what: 'fork', parent: b, thread: c, pid: d })
        const exec = { process_pid: a, process_tgid: b }
        for (const what of ['exec', 'name', 'session'] as const)
          near(parse(written(what, { ...told, ...exec })), { what, thread: a, pid: b })
        const exit = { ...exec, exit_code: other, exit_signal: other, parent_pid: c, parent_tgid: d }
        near(parse(written('exit', { ...told, ...exit })), { what: 'exit', thread: a, pid: b, parent: d })
      }),
    )
  })

  it('bytes that are none of it are nothing, and no reading leads beyond them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(64), fc.nat(400), (bytes, at, length) => {
        const event = parse(bytes, at, length)
        if (event !== undefined) expect(at + length).toBeLessThanOrEqual(bytes.length)
      }),
    )
    const spoilt = bytesOf('exec')
    fc.assert(
      fc.property(fc.nat(spoilt.length - 1), fc.nat(255), (at, value) => {
        const bytes = Uint8Array.from(spoilt)
        bytes[at] = value
        expect(() => parse(bytes)).not.toThrow()
      }),
    )
  })
})

it('a request is what the header asks for', () => {
  const hex = (operation: 'listen' | 'ignore', number: number) =>
    Buffer.from(processEventsRequest(operation, number)).toString('hex')
  expect(hex('listen', 7)).toBe(
    '2800000003000000000000000000000001000000010000000000000007000000040000000100'.padEnd(80, '0'),
  )
  expect(hex('ignore', 0)).toBe(
    '2800000003000000000000000000000001000000010000000000000000000000040000000200'.padEnd(80, '0'),
  )
  expect(EVENT_BYTES).toBe(76)
})
