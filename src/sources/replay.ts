import type { Archive } from './archive.ts'

/** Rest between the end of a recording and its beginning, when it is played again and again. */
export const REST_MS = 10_000

interface Dated {
  readonly takenAtMs: number
}

/**
 * Moments over and over. Time goes on from one round to the next, and never jumps back.
 *
 * @param later the same moment, so many ms later, in a round that is counted from 0
 */
export function* roundAndRound<M extends Dated>(
  moments: readonly M[],
  later: (moment: M, ms: number, round: number) => M,
): Generator<M, never> {
  const first = moments[0]
  const last = moments.at(-1)
  if (first === undefined || last === undefined) throw new Error('a recording without a moment cannot be played')
  const roundMs = Math.max(last.takenAtMs - first.takenAtMs, 0) + REST_MS
  for (let round = 0; ; round += 1) {
    for (const moment of moments) yield round === 0 ? moment : later(moment, round * roundMs, round)
  }
}

const uptimePath = '/proc/uptime'

/** On the node's own clock too: ages are measured with it. */
export function laterArchive(moment: Archive, ms: number): Archive {
  const uptime = moment.entries.get(uptimePath)
  const [, seconds] = uptime?.kind === 'file' ? (/^(\d+\.\d+) /.exec(uptime.bytes.toString('latin1')) ?? []) : []
  const takenAtMs = moment.takenAtMs + ms
  if (seconds === undefined) return { ...moment, takenAtMs }
  const text = `${(Number(seconds) + ms / 1_000).toFixed(2)} 0.00\n`
  return {
    ...moment,
    takenAtMs,
    entries: new Map([...moment.entries, [uptimePath, { kind: 'file', bytes: Buffer.from(text) }]]),
  }
}

/** How long each moment lasts until the next one, in ms, as often as it is asked. */
export function paceOf(moments: readonly Dated[], speed: number): () => number {
  let played = 0
  return () => {
    const at = played % moments.length
    played += 1
    const [now, next] = [moments[at], moments[at + 1]]
    const ms = now === undefined || next === undefined ? REST_MS : next.takenAtMs - now.takenAtMs
    // A clock that was set back while it was recorded makes no hurry.
    return Math.max(ms, 0) / speed
  }
}
