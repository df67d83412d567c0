import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { churn } from './support/churn.ts'
import { drift } from './support/drift.ts'
import { followFeed } from './support/feed-client.ts'
import { collectable, type Footprint, footprintOf } from './support/footprint.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { type Served, serveAs } from './support/serve.ts'
import { shimscope } from './support/shimscope.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

/** `npm run soak` lasts for an hour. */
const minutes = Number(process.env['SHIMSCOPE_SOAK_MINUTES'] ?? 1)
const rounds = Math.max(4, Math.round(minutes))
const roundMs = (minutes * 60_000) / rounds
/** What outlives an interval is never missed, whatever else is going on. */
const intervalMs = 1_000
const longMs = 2.5 * intervalMs
const MiB = 1024 * 1024

describe.skipIf(skipReal())('a soak', () => {
  test('under churn the daemon stays small, and sees what a fresh look sees', {
    timeout: minutes * 180_000 + 300_000,
  }, async () => {
    const node = await openNode({})
    try {
      const { world } = node
      const containerd = await node.containerd()
      for (const id of ['stays-1', 'stays-2', 'stays-3']) await containerd.run(id, { group: 'stays' })
      // A verdict that stays, so that verdicts are compared too.
      await containerd.run('buries-nobody', { command: ['sh', '-c', 'true & exec sleep 36000'] })
      const journal = ['--journal.directory', '/run/journal', '--journal.max-bytes', '1MB']
      const options = ['--interval', `${intervalMs}ms`, '--grace', '0s', ...journal]
      const served = await serveAs(world, collectable(world), ...options)
      const client = await followFeed(served)
      node.world.atClose(() => client.close())
      const scraping = keepScraping(served)
      node.world.atClose(scraping.end)

      const lives = churn(containerd, longMs)
      await lives.goOn(roundMs / 4)
      const footprints: Footprint[] = [await quietFootprint(world, served)]
      const agreedMs: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        await lives.goOn(roundMs)
        agreedMs.push(await agrees(world, served))
        footprints.push(await quietFootprint(world, served, footprints[0]))
      }
      await scraping.end()

      const told = (type: string) =>
        new Set(client.happened.filter(({ event }) => event.type === type).map(({ event }) => event.subject.id))
      const [created, exited] = [told('container-created'), told('container-exited')]
      const untold = lives.ended.filter(({ id }) => !created.has(id) || !exited.has(id))
      const first = footprints[0] as Footprint
      const last = footprints.at(-1) as Footprint
      const heap = footprints.map(({ heapBytes }) => heapBytes)
      const resident = footprints.map(({ residentBytes }) => residentBytes)
      console.log(
        [
          `soak: ${minutes} min, ${lives.ended.length} containers came and went, ${client.happened.length} events, ${scraping.scrapes()} scrapes`,
          `  in use after garbage was collected, MiB: ${inMiB(heap)}`,
          `  resident, MiB: ${inMiB(resident)}`,
          `  descriptors ${first.descriptors} → ${last.descriptors}, watches ${first.watches} → ${last.watches}`,
          `  a fresh look agreed after ${agreedMs.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s`,
          `  told of: ${lives.ended.length - untold.length}; not told of: ${untold.map(({ id, life }) => `${id} (${life})`).join(', ') || 'none'}`,
        ].join('\n'),
      )
      expect(client.frames.filter((type) => type === 'snapshot')).toHaveLength(1)
      expect(untold.filter(({ isLong }) => isLong)).toEqual([])
      // The histories of deltas and of events are limited: they fill up, and then nothing grows any more.
      const room = Math.min(40, 8 + 0.04 * lives.ended.length) * MiB
      expect(middle(heap.slice(-3)) - middle(heap.slice(0, 3))).toBeLessThan(room)
      expect(middle(resident.slice(-3)) - middle(resident.slice(0, 3))).toBeLessThan(64 * MiB)
      if (rounds >= 20) {
        const quarter = rounds >> 2
        expect(middle(heap.slice(-quarter)) - middle(heap.slice(-2 * quarter, -quarter))).toBeLessThan(6 * MiB)
      }
    } finally {
      await node.world.close()
    }
  })
})

/** Until what the daemon has kept through all changes is what somebody sees who looks for the first time; in ms. */
async function agrees(world: World, served: Served): Promise<number> {
  const begunMs = performance.now()
  let differences: string[] = []
  await until(
    'the daemon agrees with a fresh look',
    async () => {
      const { code, stdout, stderr } = await shimscope(world, 'snapshot', '--processes', '--grace', '0s')
      if (code !== 0) throw new Error(`shimscope snapshot ended with ${code}: ${stderr}`)
      const kept = JSON.parse(await served.fetch('/api/v1/snapshot?processes')) as Snapshot
      expect(kept.processes?.length).toBeGreaterThan(5)
      expect(kept.verdicts.length).toBeGreaterThan(0)
      differences = drift(kept, JSON.parse(stdout) as Snapshot)
      if (differences.length > 0) await sleep(500)
      return differences.length === 0
    },
    // Some facts are as old as five passes.
    30_000,
  ).catch((error: Error) => {
    throw new Error([error.message, ...differences].join('\n'))
  })
  return performance.now() - begunMs
}

/** When what was new is no more, and what was held for it has been let go. */
async function quietFootprint(world: World, served: Served, first?: Footprint): Promise<Footprint> {
  if (first === undefined) return footprintOf(world, served)
  let last: Footprint | undefined
  return until(
    'descriptors and watches are what they were',
    async () => {
      last = await footprintOf(world, served)
      const { descriptors, watches } = last
      if (descriptors <= first.descriptors && watches <= first.watches) return last
      await sleep(1_000)
      return undefined
    },
    60_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}: at first ${JSON.stringify(first)}, in the end ${JSON.stringify(last)}`)
  })
}

function keepScraping(served: Served) {
  const ending = new AbortController()
  let scrapes = 0
  const scraping = (async () => {
    while (!ending.signal.aborted) {
      await served.fetch('/metrics')
      scrapes += 1
      await sleep(1_000, undefined, { signal: ending.signal }).catch(() => {})
    }
  })()
  return {
    scrapes: () => scrapes,
    async end() {
      ending.abort()
      await scraping
    },
  }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const inMiB = (bytes: readonly number[]): string => bytes.map((value) => (value / MiB).toFixed(1)).join(', ')
