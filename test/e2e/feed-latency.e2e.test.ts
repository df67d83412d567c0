import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { followFeed } from './support/feed-client.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { serve } from './support/serve.ts'
import { until } from './support/until.ts'

const kills = 40

describe.skipIf(skipReal())('how long after a container dies its clients know', () => {
  test.each([200, 2_000])('with a pass every %d ms', { timeout: 240_000 }, async (intervalMs) => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      const ids = Array.from({ length: kills }, (_, n) => `c${n}`)
      for (const id of ids) await containerd.run(id, { group: `g${Number(id.slice(1)) % 4}` })
      const served = await serve(node.world, '--interval', `${intervalMs}ms`)
      const client = await followFeed(served)
      node.world.atClose(() => client.close())

      const killedAtMs = new Map<string, number>()
      for (const id of ids) {
        // At any time between two passes, all alike: a golden-ratio sequence covers an interval evenly.
        await sleep(intervalMs * ((killedAtMs.size * 0.618034) % 1))
        killedAtMs.set(id, performance.now())
        await containerd.ctr('default', 'task', 'kill', '--signal', 'SIGKILL', id)
      }
      const exits = () => client.happened.filter(({ event }) => event.type === 'container-exited')
      await until('every death was told', () => exits().length === kills)

      const took = ids.map((id) => {
        const told = exits().filter(({ event }) => event.subject.id === id)
        expect(told).toHaveLength(1)
        return (told[0]?.atMs ?? 0) - (killedAtMs.get(id) ?? 0)
      })
      took.sort((a, b) => a - b)
      const at = (share: number) => took[Math.ceil(share * took.length) - 1]?.toFixed(0)
      console.log(
        `ctr task kill to the delta at a client, a pass every ${intervalMs} ms, ${kills} kills: ` +
          `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`,
      )
    } finally {
      await node.world.close()
    }
  })
})
