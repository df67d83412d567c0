import { request } from 'node:http'
import { join } from 'node:path'
import type { Collections } from '../../../src/core/model/event.ts'
import { shimscopeIn } from './shimscope.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

/** What the clients of a fleet hold together. */
export interface FleetReport {
  /** Frames by type, and their bytes, of all clients together. */
  frames: Record<string, number>
  bytes: number
  /** Why connections were lost; none should be. */
  lost: string[]
  /** `seq:digest` of what a client holds → how many hold it. */
  views: Record<string, number>
  first: (Collections & { seq: number }) | undefined
}

/** As many clients of the agent in a world, in a process of their own there, and one that reads nothing. */
export async function openFleet(world: World, clients: number): Promise<() => Promise<FleetReport>> {
  const socketPath = join(world.shared, 'fleet.sock')
  const program = '/run/world/shimscope/test/e2e/support/feed-fleet.mjs'
  const node = shimscopeIn(world)[0] ?? 'node'
  await world.start('/run/fleet.log', node, program, 'http://127.0.0.1:19256', `${clients}`, socketPath)
  const report = () => ask(socketPath)
  await until(
    'all clients hold a view',
    async () => {
      const { views } = await report().catch(() => ({ views: { nothing: clients } as Record<string, number> }))
      return views['nothing'] === undefined && sum(views) === clients
    },
    60_000,
  )
  return report
}

export const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0)

function ask(socketPath: string): Promise<FleetReport> {
  return new Promise((resolve, reject) => {
    request({ socketPath }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve(JSON.parse(text) as FleetReport))
    })
      .on('error', reject)
      .end()
  })
}
