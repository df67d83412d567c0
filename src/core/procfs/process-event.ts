/** What the kernel says of a process, by pids of its first pid namespace; a thread's own id is in `thread`. */
export type ProcessEvent = Told &
  (
    | { readonly what: 'fork'; readonly pid: number; readonly thread: number; readonly parent: number }
    | { readonly what: 'exec'; readonly pid: number; readonly thread: number }
    /** `parent` is who is to reap it; `undefined`: nobody of the first pid namespace, or a kernel before 4.18. */
    | { readonly what: 'exit'; readonly pid: number; readonly thread: number; readonly parent: number | undefined }
    /** The answer to a request: the number that it was asked with and one, and an errno. */
    | { readonly what: 'ack'; readonly ack: number; readonly error: number }
    /** A process, or one thread of it, has another name; a process leads another session. */
    | { readonly what: 'name' | 'session'; readonly pid: number; readonly thread: number }
    /** Users, tracers, core dumps. */
    | { readonly what: 'other' }
  )

interface Told {
  /** Events of one processor are numbered without a gap, modulo 2^32. */
  readonly cpu: number
  readonly seq: number
  /** CLOCK_MONOTONIC. */
  readonly atMs: number
}

/** struct nlmsghdr, linux/netlink.h */
const NETLINK_HEADER = 16
/** struct cn_msg, linux/connector.h */
const seqAt = NETLINK_HEADER + 8
const ackAt = NETLINK_HEADER + 12
const lengthAt = NETLINK_HEADER + 16
/** struct proc_event, linux/cn_proc.h: what, cpu, timestamp_ns, and what depends on `what`. */
const eventAt = NETLINK_HEADER + 20
const cpuAt = eventAt + 4
const timeAt = eventAt + 8
const detailAt = eventAt + 16
/** The kernel sends the whole structure whatever the event; since 3.2 its longest detail is of 24 bytes. */
export const EVENT_BYTES = detailAt + 24
/** A fork, which came first: four ids. */
const LEAST_DETAIL = 16

/** CN_IDX_PROC and CN_VAL_PROC. */
const PROCESSES = 1
const ACK = 0x0000_0000
const FORK = 0x0000_0001
const EXEC = 0x0000_0002
const SESSION = 0x0000_0080
const NAME = 0x0000_0200
const EXIT = 0x8000_0000

/** The kernel writes in the order of bytes of its processor. */
const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** @param length of the one datagram at `at`; @returns `undefined` where it is none of the process connector's. */
export function parseProcessEvent(view: DataView, at: number, length: number): ProcessEvent | undefined {
  const word = (offset: number): number => view.getUint32(at + offset, little)
  if (length < detailAt || at + length > view.byteLength || word(0) > length) return undefined
  if (word(NETLINK_HEADER) !== PROCESSES || word(NETLINK_HEADER + 4) !== PROCESSES) return undefined
  const end = eventAt + view.getUint16(at + lengthAt, little)
  if (end < detailAt + LEAST_DETAIL || end > length) return undefined
  const cpu = word(cpuAt)
  const seq = word(seqAt)
  const atMs = (word(timeAt + (little ? 4 : 0)) * 2 ** 32 + word(timeAt + (little ? 0 : 4))) / 1e6
  const of = <T extends string>(what: T) => ({ what, cpu, seq, atMs, thread: word(detailAt), pid: word(detailAt + 4) })
  switch (word(eventAt)) {
    case ACK:
      return { what: 'ack', cpu, seq, atMs, ack: word(ackAt), error: word(detailAt) }
    case FORK: {
      const [parent, thread, pid] = [word(detailAt + 4), word(detailAt + 8), word(detailAt + 12)]
      return { what: 'fork', cpu, seq, atMs, thread, pid, parent }
    }
    case EXEC:
      return of('exec')
    case NAME:
      return of('name')
    case SESSION:
      return of('session')
    case EXIT: {
      const parent = (end < EVENT_BYTES ? 0 : word(detailAt + 20)) || undefined
      return { ...of('exit'), parent }
    }
    default:
      return { what: 'other', cpu, seq, atMs }
  }
}

/** Asks for events, or no longer. The kernel answers with an `ack` of the number and one. Since 2.6.14; linux/cn_proc.h */
export function processEventsRequest(operation: 'listen' | 'ignore', number: number): Uint8Array {
  const bytes = new Uint8Array(eventAt + 4)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, little)
  view.setUint16(4, NLMSG_DONE, little)
  view.setUint32(NETLINK_HEADER, PROCESSES, little)
  view.setUint32(NETLINK_HEADER + 4, PROCESSES, little)
  view.setUint32(ackAt, number, little)
  view.setUint16(lengthAt, 4, little)
  view.setUint32(eventAt, operation === 'listen' ? 1 : 2, little)
  return bytes
}
const NLMSG_DONE = 3
