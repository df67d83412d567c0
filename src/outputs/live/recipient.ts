import type { WebSocket } from 'ws'
import type { Limits } from './limits.ts'

/** A frame on its way to clients: its bytes, what it follows from, and where it leads. */
export interface Step {
  readonly bytes: Buffer
  /** The seq that a client must be at. */
  readonly previous: number
  readonly seq: number
}

/** The most that a frame of the protocol has before its text, unmasked. RFC 6455, 5.2 */
const HEADER_BYTES = 10

/** One connection: where it is, and whether it keeps up. A slow one loses deltas, never correctness. */
export class Recipient {
  /** The run that its hello spoke of. */
  #run: string | undefined
  /** What it holds; `undefined` until it was given something to go on from. */
  seq: number | undefined
  readonly #socket: WebSocket
  readonly #limits: Limits
  readonly #resync: (recipient: Recipient) => void
  /** How often it was looked after since it began to lag: counted, since time in which this process was stopped is not its own. */
  #laggingFor: number | undefined
  #answered = true
  #heard = 0

  /** @param resync sends a fresh snapshot, through `begin` */
  constructor(socket: WebSocket, limits: Limits, resync: (recipient: Recipient) => void) {
    this.#socket = socket
    this.#limits = limits
    this.#resync = resync
    socket.on('pong', () => {
      this.#answered = true
    })
    const heard = () => {
      this.#heard += 1
      if (this.#heard > limits.maxMessages) this.close(1008, 'nothing can be asked here')
    }
    socket.on('message', heard)
    socket.on('ping', heard)
  }

  get lagging(): boolean {
    return this.#laggingFor !== undefined
  }

  /** Bytes that wait for it here; those in the kernel's socket buffer are not counted. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Sends the hello of a run that it does not know of yet. What it holds of another run is worth nothing from then on. */
  introduce(run: string, hello: () => Buffer): void {
    if (this.#run === run) return
    this.#run = run
    this.seq = undefined
    this.#send(hello())
  }

  /** Sends what changes nothing that it holds. */
  tell(bytes: Buffer): void {
    if (!this.lagging) this.#send(bytes)
  }

  /** Sends a snapshot: from here on it is at `seq`, wherever it was. */
  begin(bytes: Buffer, seq: number): void {
    this.seq = seq
    this.#laggingFor = undefined
    this.#send(bytes)
  }

  /** Sends a delta, or notes that it cannot. */
  advance({ bytes, previous, seq }: Step): void {
    if (this.seq === undefined || this.lagging || this.seq > previous) return
    if (this.seq < previous) this.#resync(this)
    else if (!this.#hasRoomFor(bytes)) this.#laggingFor = 0
    else {
      this.seq = seq
      this.#send(bytes)
    }
  }

  /** Every heartbeat: gives a lagging client its snapshot as soon as it has read what waited, and closes one that does not. */
  tend(): void {
    if (this.#laggingFor === undefined) return
    this.#laggingFor += 1
    const { heartbeatMs, lagPatienceMs } = this.#limits
    if (this.waitingBytes <= this.#limits.lowWaterBytes) this.#resync(this)
    else if (this.#laggingFor * heartbeatMs > lagPatienceMs) this.close(1013, 'too slow; connect again')
  }

  /** Drops the connection when it has not answered since the last ping. */
  ping(): void {
    if (!this.#answered) this.#socket.terminate()
    else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#answered = false
      this.#heard = 0
      this.#socket.ping()
    }
  }

  /** Says why, and does not wait for an answer for long. */
  close(code: number, reason: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.close(code, reason)
    setTimeout(() => this.#socket.terminate(), this.#limits.farewellMs).unref()
  }

  #hasRoomFor(bytes: Buffer): boolean {
    return this.waitingBytes === 0 || this.waitingBytes + bytes.length + HEADER_BYTES <= this.#limits.highWaterBytes
  }

  #send(bytes: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(bytes, { binary: false }, this.#sent)
  }

  readonly #sent = (): void => {
    if (this.lagging && this.waitingBytes <= this.#limits.lowWaterBytes) this.#resync(this)
  }
}
