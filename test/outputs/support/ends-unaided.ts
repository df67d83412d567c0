import { setTimeout as sleep } from 'node:timers/promises'

/** The least that a server waits for a client that does not let go, when nobody hurries it: Node's and ws's own limits. */
const UNHURRIED_MS = 8_000

/** Whether it ends without waiting for others. No time is measured: what waits, waits longer than this. */
export const endsUnaided = (ending: PromiseLike<unknown>): Promise<boolean> =>
  Promise.race([ending.then(() => true), sleep(UNHURRIED_MS, false, { ref: false })])
