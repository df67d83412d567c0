/** An answer that is not what was asked for, said in one sentence, and what to do next. Thrown, caught once by the server. */
export class Refusal extends Error {
  readonly status: number
  readonly next: string
  /** Seconds after which it may be worth another try. */
  readonly retryAfter: number | undefined

  constructor(status: number, message: string, next: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.next = next
    this.retryAfter = retryAfter
  }
}

export const notLookedYet = (): Refusal =>
  new Refusal(
    503,
    'The first look at this node is not finished yet.',
    'Try again in a second; /-/ready answers 200 when it is.',
    1,
  )
