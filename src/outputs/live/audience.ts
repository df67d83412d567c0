import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Client, Step } from './client.ts'
import { encode, heartbeatFrame } from './frames.ts'
import type { Limits } from './limits.ts'

/** Clients that are all sent the same frames. */
export interface Audience {
  readonly clients: Set<Client>
  /** Sends a step to all that keep up. */
  move(step: Step): void
  /** Looks after the slow, and breaks a silence. */
  tick(moment: Snapshot | undefined): void
}

export function createAudience({ heartbeatMs, highWaterBytes }: Limits, now: () => number): Audience {
  const clients = new Set<Client>()
  let spokeAtMs = now()
  return {
    clients,
    move(step) {
      spokeAtMs = now()
      for (const client of clients) client.advance(step, spokeAtMs)
    },
    tick(moment) {
      const nowMs = now()
      for (const client of clients) client.tend(nowMs)
      // Timers are not exact: a little early is no second heartbeat, a little late would be a missed one.
      if (moment === undefined || clients.size === 0 || nowMs - spokeAtMs < heartbeatMs * 0.9) return
      spokeAtMs = nowMs
      const bytes = encode(heartbeatFrame(moment))
      for (const client of clients) {
        if (client.seq === moment.seq && client.waitingBytes <= highWaterBytes) client.tell(bytes)
      }
    },
  }
}
