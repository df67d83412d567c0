import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Collections } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { Containerd } from './support/containerd.ts'
import { type FleetReport, openFleet, sum } from './support/feed-fleet.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { type Served, serve } from './support/serve.ts'
import { until } from './support/until.ts'
import type { World } from './support/world.ts'

const clients = 1_000
const containers = 100
const groups = 10
const rounds = 3
const MiB = 1024 * 1024

describe.skipIf(skipReal())('the live feed under load', () => {
  test('a thousand clients while a hundred containers churn: all end where the snapshot is', {
    timeout: 600_000,
  }, async () => {
    const node = await openNode({})
    try {
      const { world } = node
      const containerd = await node.containerd()
      await containerd.importImages('default')
      const ids = Array.from({ length: containers }, (_, n) => `c${n}`)
      const run = (id: string) => containerd.run(id, { group: `g${Number(id.slice(1)) % groups}` })
      await inParallel(ids, run)

      const served = await serve(world, '--interval', '500ms')
      const report = await openFleet(world, clients)
      await together(served, report)
      const memory = [await memoryOf(world, served.pid)]
      for (let round = 0; round < rounds; round++) {
        await churn(containerd, ids, run)
        await together(served, report)
        memory.push(await memoryOf(world, served.pid))
      }

      const { frames, bytes, lost } = await report()
      const metrics = await served.fetch('/metrics')
      const changes = (frames['delta'] ?? 0) / clients
      console.log(
        [
          `${clients} clients, ${containers} containers, ${rounds} rounds of pause, resume and replacement:`,
          `  ${changes.toFixed(0)} deltas and ${(bytes / clients / 1024).toFixed(0)} KiB to each client`,
          `  snapshots after the first: ${(frames['snapshot'] ?? 0) - clients}, connections lost: ${lost.length}`,
          `  agent, MiB resident after each round: ${memory.map((used) => (used / MiB).toFixed(0)).join(', ')}`,
        ].join('\n'),
      )
      expect(lost).toEqual([])
      // One more never reads, nor answers a ping; on a slow machine it has been sent away by now.
      expect(metrics).toMatch(new RegExp(`^shimscope_live_clients (${clients}|${clients + 1})$`, 'm'))
      expect(changes).toBeGreaterThan(rounds * 3)
      // Each client's share of what a round leaves behind would be a thousand times a snapshot of 100 KiB.
      expect((memory.at(-1) ?? 0) - (memory[1] ?? 0)).toBeLessThan(64 * MiB)

      await world.kill('TERM', served.pid)
      const begunMs = performance.now()
      // ws by itself waits 30 s for one that does not answer.
      await until('the agent has ended', () => !existsSync(world.path(`/proc/${served.pid}`)), 8_000)
      console.log(
        `  shutdown with ${clients} clients and one that reads nothing: ${(performance.now() - begunMs).toFixed(0)} ms`,
      )
    } finally {
      await node.world.close()
    }
  })
})

/** Waits until every client holds exactly the four arrays that the API answers with. */
async function together(served: Served, report: () => Promise<FleetReport>): Promise<void> {
  await until(
    'all clients and the API show the same',
    async () => {
      const { views, first } = await report()
      const { seq, daemons, shims, containers, verdicts } = JSON.parse(
        await served.fetch('/api/v1/snapshot'),
      ) as Snapshot
      if (first?.seq !== seq || Object.keys(views).length !== 1) return false
      expect(sum(views)).toBe(clients)
      expect(first satisfies Collections).toEqual({ seq, daemons, shims, containers, verdicts })
      return true
    },
    60_000,
  )
}

async function churn(
  containerd: Containerd,
  ids: readonly string[],
  run: (id: string) => Promise<void>,
): Promise<void> {
  const ctr = (...argv: string[]) => containerd.ctr('default', ...argv)
  await inParallel(ids, async (id) => {
    await ctr('task', 'pause', id)
    await ctr('task', 'resume', id)
    if (Number(id.slice(1)) % 4 !== 0) return
    await ctr('task', 'delete', '--force', id)
    await ctr('container', 'delete', id)
    await run(id)
  })
}

/** A few at a time, as a kubelet does it. */
async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items]
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item)
  }
  await Promise.all([work(), work(), work()])
}

async function memoryOf(world: World, pid: number): Promise<number> {
  // What the last round needed for a moment is given back by then.
  await sleep(2_000)
  return Number(/VmRSS:\s+(\d+) kB/.exec(await world.run('cat', `/proc/${pid}/status`))?.[1]) * 1024
}
