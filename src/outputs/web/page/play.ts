import { effect } from '@preact/signals'
import { asking, lookAt, speed } from './look-back.ts'
import { nodeNowMs, pastMs } from './state.ts'

/** How many times as fast as they came the moments may go by. */
export const speeds = [1, 10, 60] as const

/** From one moment to the next, in ms of the reader's time. */
const tickMs = 500

/**
 * Lets the moments go by until the present is reached. The next one is asked for when the last one is drawn, so a slow
 * agent is played more slowly and never asked for more than it can answer.
 */
export function startPlaying(): void {
  effect(() => {
    if (speed.value === 0) return
    const timer = setInterval(() => {
      const { value: atMs } = pastMs
      if (atMs === undefined || asking.peek()) return
      const nextMs = atMs + tickMs * speed.peek()
      lookAt(nextMs >= nodeNowMs.peek() ? undefined : nextMs)
    }, tickMs)
    return () => clearInterval(timer)
  })
}
