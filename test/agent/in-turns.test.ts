import { expect, it } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { type PassOptions, PassRunner } from '../../src/agent/pass-runner.ts'
import type { Archive } from '../../src/sources/archive.ts'
import { inTurns } from '../../src/sources/rhythm.ts'
import { scenarios } from '../replay.ts'
import { standingNode } from '../support/standing-node.ts'

const rhythm = inTurns(2_000)

/** Each moment for so many passes; what the last of them showed, and whom any of them accused. */
async function look(moments: readonly Archive[], options: Pick<PassOptions, 'rhythm'>, passes: number) {
  const node = standingNode()
  const runner = new PassRunner(node.source, { run: 'turns', graceMs: 0, ...options })
  const accused = new Set<string>()
  const missed: string[] = []
  let last: Snapshot | undefined
  for (const moment of moments) {
    await node.become(moment)
    for (let pass = 0; pass < passes; pass += 1) {
      const outcome = await runner.next()
      if (outcome === false) throw new Error('the node ended')
      last = outcome.snapshot
      for (const { key } of last.verdicts) accused.add(key)
      missed.push(...Object.keys(outcome.facts.audit.differences))
    }
  }
  if (last === undefined) throw new Error('no moment')
  const { daemons, shims, containers, verdicts } = last
  // Since when is a matter of when it was looked at.
  return {
    accused,
    missed,
    shown: { daemons, shims, containers, verdicts: verdicts.map(({ since: _, ...verdict }) => verdict) },
  }
}

const several = scenarios().filter(({ moments }) => moments.length > 1)
it('has recordings with several moments', () => expect(several.length).toBeGreaterThan(3))

it.each(several)('$name: read in turns it accuses nobody else, and ends up the same', async ({ moments }) => {
  const fully = await look(moments, {}, rhythm.waits)
  const inTurns = await look(moments, { rhythm }, rhythm.texts)
  expect(inTurns.shown).toEqual(fully.shown)
  expect([...inTurns.accused].filter((key) => !fully.accused.has(key))).toEqual([])
  expect(inTurns.missed).toEqual([])
})

/** The same moment without what one process showed. */
function without(moment: Archive, pid: number): Archive {
  const left = <T>(paths: ReadonlyMap<string, T>) =>
    new Map([...paths].filter(([path]) => path !== `/proc/${pid}` && !path.startsWith(`/proc/${pid}/`)))
  return { ...moment, entries: left(moment.entries), facts: left(moment.facts), listings: left(moment.listings) }
}

const keptBySomebody = scenarios().flatMap(({ name, moments }) => {
  const moment = moments.at(-1)
  const argvs = [...(moment?.entries ?? [])].filter(([path]) => path.endsWith('/cmdline'))
  const shim = argvs.find(([, entry]) => entry.kind === 'file' && /shim|conmon/.test(String(entry.bytes)))
  const pid = Number(/^\/proc\/(\d+)\//.exec(shim?.[0] ?? '')?.[1])
  return moment === undefined || Number.isNaN(pid) ? [] : [{ name, moment, pid }]
})
it('has recordings with shims', () => expect(keptBySomebody.length).toBeGreaterThan(50))

it.each(keptBySomebody)('$name: without its shim $pid, too', async ({ moment, pid }) => {
  const moments = [moment, without(moment, pid)]
  const fully = await look(moments, {}, 2)
  const inTurns = await look(moments, { rhythm }, rhythm.stat + 1)
  expect(inTurns.shown).toEqual(fully.shown)
  expect([...inTurns.accused].filter((key) => !fully.accused.has(key))).toEqual([])
  expect(inTurns.missed).toEqual([])
})
