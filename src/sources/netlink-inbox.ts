import { EVENT_BYTES, parseProcessEvent, type ProcessEvent } from '../core/procfs/process-event.ts'
import type { Libc } from './libc.ts'

/** struct sockaddr_nl, netlink(7) */
export const ADDRESS_BYTES = 12
/** Messages that one call takes, and the layout of what it takes them to, on 64 bits: recvmmsg(2) */
const AT_ONCE = 128
const MESSAGE = 64
const VECTOR = 16
const SLOT = Math.ceil(EVENT_BYTES / 16) * 16

/** One piece of memory for many messages: their senders, vectors, headers and bytes. */
export function netlinkInbox(libc: Libc) {
  const sendersAt = 0
  const vectorsAt = sendersAt + AT_ONCE * 16
  const headersAt = vectorsAt + AT_ONCE * VECTOR
  const bytesAt = headersAt + AT_ONCE * MESSAGE
  const memory = new Uint8Array(bytesAt + AT_ONCE * SLOT)
  const headers = memory.subarray(headersAt)
  const view = new DataView(memory.buffer)
  const start = libc.addressOf(memory)
  const setLong = (at: number, value: bigint) => view.setBigUint64(at, value, true)
  for (let n = 0; n < AT_ONCE; n += 1) {
    const vector = vectorsAt + n * VECTOR
    setLong(vector, start + BigInt(bytesAt + n * SLOT))
    setLong(vector + 8, BigInt(SLOT))
    // struct mmsghdr: address and its length, vectors and their number, two that are not used, flags; and what was received.
    const header = headersAt + n * MESSAGE
    setLong(header, start + BigInt(sendersAt + n * 16))
    setLong(header + 16, start + BigInt(vector))
    setLong(header + 24, 1n)
  }

  /** Headers that the last call filled in: mostly a few of them. */
  let used = AT_ONCE

  return {
    receive(fd: number, heard: (event: ProcessEvent) => void): number {
      for (let n = 0; n < used; n += 1) view.setUint32(headersAt + n * MESSAGE + 8, ADDRESS_BYTES, true)
      const count: number = libc.recvmmsg(fd, headers, AT_ONCE, 0, null)
      used = Math.max(0, count)
      for (let n = 0; n < count; n += 1) {
        // The kernel is 0; nobody else is believed.
        if (view.getUint32(sendersAt + n * 16 + 4, true) !== 0) continue
        const length = view.getUint32(headersAt + n * MESSAGE + 56, true)
        const event = parseProcessEvent(view, bytesAt + n * SLOT, length)
        if (event !== undefined) heard(event)
      }
      return count
    },
  }
}
