import { expect, it } from 'vitest'
import type { Pass } from '../../src/agent/agent.ts'
import { startLoop, WakeUpsLost } from '../../src/agent/loop.ts'
import { passesHere } from '../../src/agent/passes.ts'
import { archiveSource } from '../../src/sources/archive.ts'
import { laterArchive, roundAndRound } from '../../src/sources/replay.ts'
import type { WakeUps } from '../../src/sources/wake-ups.ts'
import { scenarios } from '../replay.ts'

/** Dies in its n-th follow, counted from 1, or as it is started. */
function dyingIn(act: 'start' | number) {
  let follows = 0
  const seen = { closed: 0 }
  const source: WakeUps = {
    start() {
      if (act === 'start') throw new Error('no such device')
    },
    follow() {
      follows += 1
      if (follows === act) throw new Error('bad file descriptor')
    },
    counts: () => ({ events: {}, watched: {}, refused: new Map(), overflows: 0 }),
    close() {
      seen.closed += 1
    },
  }
  return { source, seen }
}

it.each(['start', 1, 3] as const)(
  'a source of wake-ups that dies (%s) is left, said so, and passes go on',
  async (act) => {
    const moments = scenarios().find(({ name }) => name === 'healthy-shim-runc-v2')?.moments ?? []
    const passes = passesHere(archiveSource(roundAndRound(moments, laterArchive)), { run: 'dying', graceMs: 0 })
    const { source, seen } = dyingIn(act)
    const failures: Error[] = []
    const agent = startLoop(passes, { intervalMs: 5, wakeUps: source, onFailure: (error) => failures.push(error) })
    const told: Pass[] = []
    await new Promise<void>((resolve) => {
      agent.subscribe((pass) => {
        told.push(pass)
        if (told.length === 6) resolve()
      })
    })
    await agent.close()
    expect(failures).toEqual([expect.any(WakeUpsLost)])
    expect(agent.counts()).toMatchObject({ failedPasses: 0, wakeUps: undefined })
    expect(seen.closed).toBe(1)
  },
)
