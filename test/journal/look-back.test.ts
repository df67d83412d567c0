import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectionNames, type Collections, type Frame } from '../../src/core/model/event.ts'
import { receive, type View } from '../../src/core/snapshot/receive.ts'
import { snapshotAt } from '../../src/journal/look-back.ts'
import { writeFrame } from '../../src/outputs/http/live-schema.ts'
import { collections } from '../core/snapshot/support/collections.ts'
import { aSnapshot } from '../core/snapshot/support/nodes.ts'
import { memoryAgent } from '../outputs/support/memory-agent.ts'
import { excerptOf, parse } from './excerpt-support.ts'
import { journalIn, place } from './support.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')

/** What a life of the agent shows: each time so much later, at most as long as a quiet node is silent. */
const life = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 20_000 }), shown: collections }), {
  minLength: 1,
  maxLength: 40,
})

const four = (from: Collections) => Object.fromEntries(collectionNames.map((name) => [name, from[name]]))

/** A client of the feed, and what it held when. */
function client() {
  const held: { readonly atMs: number; readonly run: string; readonly view: View }[] = []
  return {
    held,
    take(frame: Frame) {
      // As it comes out of the feed.
      const view = receive(held.at(-1)?.view, JSON.parse(writeFrame(frame)) as Frame)
      if (view === undefined) throw new Error(`frame ${frame.seq} does not follow`)
      held.push({ atMs: Date.parse(frame.takenAt), run: view.hello.run, view })
    },
  }
}

test('at any moment the journal, and a file made of it, hold what a client of the feed held then', async () => {
  const seen = { moments: 0, asked: 0, files: 0, events: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(1_000), { minLength: 4, maxLength: 8 }),
      async (lives, places) => {
        using at = place()
        const { journal } = await journalIn(at.path, { maxBytes: 1e6 })
        const { held, take } = client()
        let atMs = noon
        for (const [index, steps] of lives.entries()) {
          const agent = memoryAgent()
          journal.follow(agent)
          for (const { afterMs, shown } of steps) {
            atMs += afterMs
            const takenAt = new Date(atMs).toISOString()
            const { snapshot, delta } = agent.look(aSnapshot({ ...shown, run: `run-${index}`, takenAt }))
            const { seq, schema, node, bootId, run } = snapshot
            if (delta !== undefined) take(delta)
            else if (held.at(-1)?.run !== run) {
              take({ type: 'hello', seq, takenAt, schema, node, bootId, run, intervalMs: 2_000 })
              take({ type: 'snapshot', seq, takenAt, snapshot })
            }
          }
        }
        await journal.close()
        const heldAt = (ms: number) => held.findLast((one) => one.atMs <= ms && one.view.current !== undefined)
        const [firstMs = noon] = held.map((one) => one.atMs)
        const times = places.map((where) => Math.round(firstMs + (where / 1_000) * (atMs - firstMs)))
        for (const ms of times) {
          const { snapshot } = await snapshotAt(at.path, ms)
          const was = heldAt(ms)
          expect(snapshot && { run: snapshot.run, ...four(snapshot) }).toEqual(
            was?.view.current && { run: was.run, ...four(was.view.current) },
          )
        }
        seen.asked += times.length

        const [fromMs = noon, untilMs = noon] = times.slice(0, 2).sort((a, b) => a - b)
        const { told, text } = await excerptOf(at.path, fromMs, untilMs)
        const { moments, gaps } = parse(text)
        const written = told.flatMap((one) => ('moment' in one ? [one.moment] : []))
        expect(gaps).toEqual([])
        expect(moments.map(({ snapshot }) => snapshot)).toEqual(
          written.map(({ snapshot }) => ({ ...snapshot, pass: { ...snapshot.pass, source: 'archive' } })),
        )
        expect(moments.flatMap(({ delta }) => delta?.events ?? [])).toEqual(written.flatMap(({ events }) => events))
        for (const { snapshot, takenAtMs } of moments) {
          const was = heldAt(takenAtMs)
          expect(four(snapshot)).toEqual(was?.view.current && four(was.view.current))
        }
        // Everything that changed in that time is in it.
        const seqs = held.flatMap(({ atMs, run, view: { current } }) =>
          current !== undefined && atMs > fromMs && atMs <= untilMs ? [`${run}:${current.seq}`] : [],
        )
        expect(moments.map(({ snapshot }) => `${snapshot.run}:${snapshot.seq}`)).toEqual(expect.arrayContaining(seqs))
        seen.moments += moments.length
        seen.files += 1
        seen.events += moments.reduce((sum, { delta }) => sum + (delta?.events.length ?? 0), 0)
      },
    ),
    { numRuns: 40 },
  )
  console.info(
    `  asked of ${seen.asked} moments; ${seen.files} files with ${seen.moments} moments and ${seen.events} events`,
  )
  expect(seen.events).toBeGreaterThan(100)
})
