/** Asks for what is wanted now, and for nothing that was only passed on the way. */
export interface Seeker<K> {
  seek(wanted: K): void
  /** Wants nothing any more; no answer comes after it. */
  forget(): void
}

interface Seeking<K, T> {
  /** An answer that is no longer waited for is cut off by the signal. */
  readonly ask: (wanted: K, signal: AbortSignal) => Promise<T>
  readonly answered: (wanted: K, answer: T) => void
  readonly failed: (wanted: K, error: unknown) => void
  /** Least time from one question to the next, in ms: a hand that drags passes sixty moments a second. */
  readonly pauseMs?: number
  /** How long an answer may take, in ms, while another is wanted already. */
  readonly patienceMs?: number
}

/**
 * One question at a time. Whatever is wanted meanwhile waits, and only the last of it is asked; a slow answer is given up
 * for it. So answers never come out of order, and while a hand drags there is a picture now and then.
 */
export function latestWins<K, T>(seeking: Seeking<K, T>): Seeker<K> {
  const { ask, answered, failed, pauseMs = 100, patienceMs = 1000 } = seeking
  let waiting: { readonly wanted: K } | undefined
  let asking: AbortController | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  const next = () => {
    clearTimeout(timer)
    if (waiting === undefined) return
    const dueMs = askedAtMs + (asking === undefined ? pauseMs : patienceMs) - performance.now()
    if (dueMs > 0) timer = setTimeout(next, dueMs)
    else void start(waiting.wanted)
  }

  const start = async (wanted: K) => {
    asking?.abort()
    const own = new AbortController()
    asking = own
    waiting = undefined
    askedAtMs = performance.now()
    const outcome = await ask(wanted, own.signal).then(
      (answer) => () => answered(wanted, answer),
      (error: unknown) => () => failed(wanted, error),
    )
    if (asking !== own) return
    asking = undefined
    outcome()
    next()
  }

  return {
    seek(wanted) {
      waiting = { wanted }
      next()
    },
    forget() {
      clearTimeout(timer)
      asking?.abort()
      asking = undefined
      waiting = undefined
    },
  }
}
