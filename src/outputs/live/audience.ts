import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Recipient, Step } from './recipient.ts'
import { type Encode, heartbeatFrame } from './frames.ts'
import type { Limits } from './limits.ts'

/** Clients that are all sent the same frames. */
export interface Audience {
  readonly clients: Set<Recipient>
  /** Sends a step to all that keep up. */
  move(step: Step): void
  /** Looks after the slow, and breaks a silence. */
  tick(moment: Snapshot | undefined): void
}

export interface AudienceOptions {
  readonly limits: Pick<Limits, 'heartbeatMs' | 'highWaterBytes'>
  readonly encode: Encode
  readonly now: () => number
}

export function createAudience({ limits: { heartbeatMs, highWaterBytes }, encode, now }: AudienceOptions): Audience {
  const clients = new Set<Recipient>()
  let spokeAtMs = now()
  return {
    clients,
    move(step) {
      spokeAtMs = now()
      for (const client of clients) client.advance(step)
    },
    tick(moment) {
      const nowMs = now()
      for (const client of clients) client.tend()
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
