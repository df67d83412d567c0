import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Archive } from '../../../src/sources/archive.ts'
import { laterArchive, roundAndRound } from '../../../src/sources/replay.ts'
import { replay, scenarios } from '../../replay.ts'
import { shimscopeIn } from './shimscope.ts'
import { stretched } from './timeline.ts'
import { project, type World } from './world.ts'

/** A node of a fleet: a real agent that plays a recording. */
export interface FleetNode {
  readonly name: string
  readonly port: number
  /** As the world names it. */
  readonly recording: string
  /** Whether it plays its recording once, or one healthy moment over and over. */
  readonly plays: 'once' | 'for ever'
}

const incident = `${project}/test/recordings/demo-pod-shim-killed.proc`

/**
 * Nodes of every kind that stay healthy, and some on which a pod's shim is killed half a minute after they were looked at
 * for the first time, as a roll-out would do it: node by node.
 */
export async function fleetOf(world: World, healthy: number, broken: number): Promise<readonly FleetNode[]> {
  writeFileSync(join(world.shared, 'rolled-out.proc'), stretched(incident, { firstMs: 30_000, lastMs: 600_000 }))
  const steady = await steadyRecordings(healthy)
  const recordings = [
    ...steady.map((name) => ({
      recording: `/run/world/shimscope/test/recordings/${name}.proc`,
      plays: 'for ever' as const,
    })),
    ...Array.from({ length: broken }, () => ({
      recording: join(world.shared, 'rolled-out.proc'),
      plays: 'once' as const,
    })),
  ]
  return recordings.map((how, index) => ({
    name: `node-${String(index + 1).padStart(2, '0')}`,
    port: 20_001 + index,
    ...how,
  }))
}

/** Recordings of healthy nodes that are still healthy when nothing changes for ten minutes: nothing was just under way. */
async function steadyRecordings(count: number): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name, expected, moments } of scenarios()) {
    if (found.length === count) break
    if (expected.length === 0 && moments.length === 1 && (await staysHealthy(moments))) found.push(name)
  }
  if (found.length < count) throw new Error(`only ${found.length} recordings stay healthy`)
  return found
}

async function staysHealthy(moments: readonly Archive[]): Promise<boolean> {
  const rounds: Archive[] = []
  for (const moment of roundAndRound(moments, laterArchive)) if (rounds.push(moment) === 60) break
  return (await replay(rounds)).snapshot.verdicts.length === 0
}

/** @returns the agent's pid in the world. */
export const startAgent = (world: World, { name, port, recording, plays }: FleetNode): Promise<number> =>
  world.start(
    `/run/${name}.log`,
    ...shimscopeIn(world),
    ...['serve', '--grace', '0s', '--from', recording, '--web.listen-address', `127.0.0.1:${port}`],
    ...(plays === 'for ever' ? ['--loop'] : []),
  )

/** What Prometheus discovers: a file that it watches. Replaced in one step, as an orchestrator does it. */
export function discover(world: World, nodes: readonly FleetNode[]): void {
  const groups = nodes.map(({ name, port }) => ({ targets: [`127.0.0.1:${port}`], labels: { instance: name } }))
  writeFileSync(world.path('/run/fleet.json'), JSON.stringify(groups))
}
