import type { Recipient, Step } from './recipient.ts'

/** What clients begin with, as it is written. */
interface Writing<M> {
  readonly moment: M
  readonly pieces: Generator<void, Buffer>
  /** What has happened since that moment. */
  readonly steps: Step[]
  readonly clients: Set<Recipient>
}

interface Means<M> {
  /** Ends with the bytes of the whole. */
  readonly write: (moment: M) => Generator<void, Buffer>
  readonly give: (client: Recipient, moment: M, bytes: Buffer) => void
  /** Told where it could not be written. */
  readonly report: (error: unknown) => void
}

/**
 * What a client begins with holds all of a node: it is written in pieces, between which others are served, and once for
 * all who wait for it. Whoever gets it gets what has happened since, too.
 */
export class Beginnings<M extends object> {
  readonly #write: Means<M>['write']
  readonly #give: Means<M>['give']
  readonly #report: Means<M>['report']
  #last: { readonly moment: M; readonly bytes: Buffer } | undefined
  #writing: Writing<M> | undefined

  constructor({ write, give, report }: Means<M>) {
    this.#write = write
    this.#give = give
    this.#report = report
  }

  /** @param moment the latest; a client may get an earlier one, and what followed it. */
  begin(client: Recipient, moment: M): void {
    if (this.#last?.moment === moment) this.#give(client, moment, this.#last.bytes)
    else if (this.#writing !== undefined) this.#writing.clients.add(client)
    else this.#goOn({ moment, pieces: this.#write(moment), steps: [], clients: new Set([client]) })
  }

  moved(step: Step): void {
    this.#writing?.steps.push(step)
  }

  /** Where nobody waits, nothing is written: steps are told only while somebody does. */
  forget(client: Recipient): void {
    if (this.#writing?.clients.delete(client) === true && this.#writing.clients.size === 0) this.abandon()
  }

  /** No step leads from what is being written to what is now: whoever waits for it is to begin anew. */
  abandon(): void {
    this.#writing = undefined
  }

  #resume(writing: Writing<M>): void {
    if (this.#writing !== writing) return
    try {
      this.#goOn(writing)
    } catch (error) {
      this.abandon()
      this.#report(error)
    }
  }

  #goOn(writing: Writing<M>): void {
    const piece = writing.pieces.next()
    if (piece.done !== true) {
      this.#writing = writing
      setImmediate(() => this.#resume(writing))
      return
    }
    const { moment, steps, clients } = writing
    this.#writing = undefined
    this.#last = { moment, bytes: piece.value }
    for (const client of clients) {
      this.#give(client, moment, piece.value)
      for (const step of steps) client.advance(step)
    }
  }
}
