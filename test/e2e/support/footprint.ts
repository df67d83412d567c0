import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Served } from './serve.ts'
import { shimscopeIn } from './shimscope.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

/** What an agent takes of its node at one moment. */
export interface Footprint {
  /** proc(5), VmRSS */
  readonly residentBytes: number
  /** In use when all garbage was collected, of all threads. */
  readonly heapBytes: number
  readonly descriptors: number
  /** What it has inotify watch. */
  readonly watches: number
}

const collected = '/run/collected.json'

/** How an agent is started whose garbage can be collected from outside. */
export function collectable(world: World): string[] {
  const [node = 'node', ...program] = shimscopeIn(world)
  const preload = '/run/world/shimscope/test/e2e/support/collect-garbage.mjs'
  return ['env', `COLLECTED=${collected}`, node, '--import', preload, ...program]
}

/** Of an agent that was started so. Its workers answer when they have nothing else to do. */
export async function footprintOf(world: World, { pid }: Served): Promise<Footprint> {
  const agent = world.path(`/proc/${pid}`)
  const before = answer(world)?.asked ?? 0
  await world.run('busybox', 'kill', '-USR2', String(pid))
  await until('its garbage is collected', () => (answer(world)?.asked ?? 0) > before)
  // Should it have more than one worker.
  await sleep(300)
  const threads = Object.values(answer(world)?.threads ?? {})
  return {
    residentBytes: Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`${agent}/status`, 'utf8'))?.[1]) * 1024,
    heapBytes: threads.reduce((sum, bytes) => sum + bytes, 0),
    ...heldBy(agent),
  }
}

function answer(world: World): { asked: number; threads: Record<string, number> } | undefined {
  try {
    return JSON.parse(readFileSync(world.path(collected), 'utf8'))
  } catch {
    return undefined // nobody has asked yet
  }
}

/** What the agent with this folder in a procfs has open. proc(5), "/proc/pid/fdinfo" */
export function heldBy(agent: string): Pick<Footprint, 'descriptors' | 'watches'> {
  const descriptors = readdirSync(`${agent}/fd`)
  const watches = descriptors
    .filter((fd) => readlinkSync(`${agent}/fd/${fd}`).includes('inotify'))
    .flatMap((fd) => readFileSync(`${agent}/fdinfo/${fd}`, 'utf8').match(/^inotify wd:/gm) ?? [])
  return { descriptors: descriptors.length, watches: watches.length }
}
