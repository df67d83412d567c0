import { constants } from 'node:os'
import type { ConnectorObstacle } from '../core/model/sight.ts'
import { type ProcessEvent, processEventsRequest } from '../core/procfs/process-event.ts'
import { loadLibc } from './libc.ts'
import { ADDRESS_BYTES, netlinkInbox } from './netlink-inbox.ts'

/** The kernel's events of processes, from when on it was opened. */
export interface ConnectorSocket {
  /**
   * Hears what has come, or the oldest of it where it is very much, and does not wait.
   * @returns how often the kernel has dropped some for want of room since it was asked last.
   */
  drain(heard: (event: ProcessEvent) => void): number
  /** Calls once as soon as there is something to drain; what there is already does not count. */
  callOnce(ready: () => void): void
  close(): void
}

export interface ConnectorOptions {
  /** Room for what has not been drained; 700 to 800 bytes of it for each event of 76. */
  readonly bufferBytes: number
}

/** As on all processors with the generic ABI; asm-generic/socket.h, asm-generic/fcntl.h, linux/netlink.h */
const AF_NETLINK = 16
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const NETLINK_CONNECTOR = 11
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const F_SETFL = 4
const F_SETOWN_EX = 15
const F_OWNER_TID = 0
const O_NONBLOCK = 0o4000
const O_ASYNC = 0o20000
/** The group of process events, a mask of groups in the address: linux/connector.h, CN_IDX_PROC */
const GROUP = 1

/** In one go: 8,192 events take a few ms, and the rest is for the next time. */
const MOST_CALLS = 64

const { errno } = constants

/**
 * Without a right that is missing, or without koffi, an obstacle is returned. Everything is called synchronously and
 * never waits: a thread that waits in a reading cannot be ended, and so neither can the process. What has come is
 * announced by a signal, as libuv has no handle for such a socket: SIGIO, to the main thread alone. fcntl(2), O_ASYNC
 */
export function openConnector({ bufferBytes }: ConnectorOptions): ConnectorSocket | ConnectorObstacle {
  // Other processors may lay out the structures otherwise.
  if (process.arch !== 'x64' && process.arch !== 'arm64') return 'platform'
  const native = loadLibc()
  if (native === undefined) return 'koffi'
  const fd = native.socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR)
  if (fd < 0) return obstacleOf(native.errno())
  const refused = (): ConnectorObstacle => {
    const obstacle = obstacleOf(native.errno())
    native.close(fd)
    return obstacle
  }
  if (native.bind(fd, addressOf(GROUP), ADDRESS_BYTES) < 0) return refused()
  const size = new Uint8Array(Int32Array.of(bufferBytes).buffer)
  // Beyond net.core.rmem_max for who has CAP_NET_ADMIN, and up to it for who has not. socket(7)
  if (native.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) < 0)
    native.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, size.length)
  if (native.fcntl(fd, F_SETOWN_EX, 'void *', new Uint8Array(Int32Array.of(F_OWNER_TID, process.pid).buffer)) < 0)
    return refused()

  const inbox = netlinkInbox(native)
  let ready: (() => void) | undefined
  const signalled = () => {
    const call = ready
    if (call === undefined) return
    ready = undefined
    native.fcntl(fd, F_SETFL, 'int', O_NONBLOCK)
    call()
  }
  const drain: ConnectorSocket['drain'] = (heard) => {
    let overflows = 0
    for (let calls = 0; calls < MOST_CALLS; calls += 1) {
      const count = inbox.receive(fd, heard)
      if (count > 0) continue
      // The kernel says this once after it has dropped some, and then goes on with what it has. netlink(7)
      if (native.errno() === errno.ENOBUFS) overflows += 1
      else if (native.errno() !== errno.EINTR) break
    }
    return overflows
  }
  const request = (operation: 'listen' | 'ignore', number: number): boolean => {
    const bytes = processEventsRequest(operation, number)
    return native.send(fd, bytes, bytes.length, 0) === bytes.length
  }
  const close = () => {
    process.off('exit', close)
    ready = undefined
    process.off('SIGIO', signalled)
    request('ignore', 0)
    native.close(fd)
  }

  // What others have asked for may have come already, and is not to take the room of the answer.
  drain(() => {})
  const number = 1 + Math.floor(Math.random() * 0x7fff_ffff)
  if (!request('listen', number)) return refused()
  let answer: number | undefined
  drain((event) => {
    if (event.what === 'ack' && event.ack === number + 1) answer = event.error
  })
  if (answer !== 0) {
    native.close(fd)
    // Who is in other namespaces gets no answer, yet hears what others have asked for. cn_proc.c, cn_proc_mcast_ctl
    return answer === undefined ? 'namespaces' : obstacleOf(answer)
  }
  process.on('SIGIO', signalled)
  // The signal ends a process that does not listen to it, and Node stops to listen before it ends.
  if (!process.listeners('SIGIO').includes(disregard)) process.on('SIGIO', disregard)
  process.on('exit', close)
  return {
    drain,
    callOnce(call) {
      ready = call
      native.fcntl(fd, F_SETFL, 'int', O_NONBLOCK | O_ASYNC)
    },
    close,
  }
}

/** Stays when no socket is open any more: a signal may be under way. */
const disregard = () => {}

function obstacleOf(error: number): ConnectorObstacle {
  if (error === errno.EPERM || error === errno.EACCES) return 'CAP_NET_ADMIN'
  // Only the first network namespace has the connector.
  if (error === errno.ECONNREFUSED) return 'network-namespace'
  if (error === errno.EPROTONOSUPPORT) return 'kernel'
  return 'forbidden'
}

/** struct sockaddr_nl */
function addressOf(groups: number): Uint8Array {
  const words = Uint32Array.of(0, 0, groups)
  new Uint16Array(words.buffer)[0] = AF_NETLINK
  return new Uint8Array(words.buffer)
}
