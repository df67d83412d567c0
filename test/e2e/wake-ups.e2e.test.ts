import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EventType } from '../../src/core/model/event.ts'
import type { Containerd } from './support/containerd.ts'
import { type FeedClient, followFeed } from './support/feed-client.ts'
import { heldBy } from './support/footprint.ts'
import { busyboxImage } from './support/images.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { type Served, serve } from './support/serve.ts'
import { spread } from './support/spread.ts'
import { until } from './support/until.ts'

/** So rarely that whatever is seen here was not seen by the timer; a metric is asked whether it was. */
const byTimerAlone = ['--interval', '1h'] as const

describe.skipIf(skipReal())('wake-ups on a real node', () => {
  test('starts, pauses, exits and ends of containers are told without waiting for the timer', async () => {
    await onNode(byTimerAlone, async ({ containerd, served, client }) => {
      const took = new Map<string, number[]>()
      const told = async (type: EventType, id: string, beganMs: number) => {
        const at = () => client.happened.find(({ event }) => event.type === type && event.subject.id === id)?.atMs
        await until(`${type} of ${id}`, () => at() !== undefined)
        took.set(type, [...(took.get(type) ?? []), (at() ?? 0) - beganMs])
      }
      for (let n = 0; n < 12; n += 1) {
        const id = `c${n}`
        const task = (...argv: string[]) => containerd.ctr('default', 'task', ...argv, id)
        await containerd.run(id)
        const ranMs = performance.now()
        await told('container-created', id, ranMs)
        // Seen while its engine had not told its pid, its state is unknown at first, and no event says that it started.
        const state = () => client.view()?.current?.containers.find((container) => container.id === id)?.state
        await until(`${id} is seen to run`, () => state() === 'running')
        took.set('running', [...(took.get('running') ?? []), performance.now() - ranMs])
        for (const [act, type] of [
          ['pause', 'container-paused'],
          ['resume', 'container-resumed'],
        ] as const) {
          const beganMs = performance.now()
          await task(act)
          await told(type, id, beganMs)
        }
        const init = hostPidOf((await containerd.tasks()).find((one) => one.id === id)?.pid)
        const killedMs = performance.now()
        process.kill(init, 'SIGKILL')
        await told('container-exited', id, killedMs)
        await until('its task has stopped', async () =>
          (await containerd.tasks()).some((one) => one.id === id && one.status === 'STOPPED'),
        )
        const deletedMs = performance.now()
        await task('delete')
        const shimGone = () => client.view()?.current?.shims.every((shim) => shim.id !== id)
        await until(`the shim of ${id} is gone from the view`, shimGone)
        took.set('shim-gone', [...(took.get('shim-gone') ?? []), performance.now() - deletedMs])
      }
      // One pass at the start: the timer has begun no other.
      const { passes, woken } = await passesOf(served)
      expect(passes - woken).toBe(1)
      for (const [type, ms] of took)
        console.log(`${type}: ${spread(ms)} (${startedBy[type] ?? 'from the call of ctr on'})`)
    })
  })

  test('containers that live for a moment are seen', async () => {
    await onNode(byTimerAlone, async ({ containerd, client, served }) => {
      const each = 10
      const idsOf = (livesMs: number) => Array.from({ length: each }, (_, n) => `short-${livesMs}-${n}`)
      const lives = [50, 100, 200, 1_000]
      for (const livesMs of lives) {
        for (const id of idsOf(livesMs)) {
          const program = ['busybox', 'usleep', String(livesMs * 1_000)]
          await containerd.ctr('default', 'run', '--rm', busyboxImage, id, ...program)
        }
      }
      await quiet(served)
      const seqOf = (type: EventType, id: string) =>
        client.happened.find(({ event }) => event.type === type && event.subject.id === id)?.event.seq
      const known = (livesMs: number) => idsOf(livesMs).filter((id) => seqOf('container-created', id) !== undefined)
      // Who was told to have started and exited at once was not seen to run.
      const ran = (livesMs: number) =>
        known(livesMs).filter((id) => seqOf('container-started', id) !== seqOf('container-exited', id))
      const { passes, woken, postponed } = await passesOf(served)
      console.log(
        lives
          .map((ms) => `living ${ms} ms: ${known(ms).length} of ${each} seen, ${ran(ms).length} of them running`)
          .join('; '),
        `(${woken} passes begun by wake-ups, ${postponed} of them postponed)`,
      )
      expect(known(1_000)).toEqual(idsOf(1_000))
      // Who was missed came while the agent kept to its share of the processor, and it says that it did.
      const missed = lives.flatMap((ms) => idsOf(ms).filter((id) => !known(ms).includes(id)))
      expect(missed.length).toBeLessThanOrEqual(postponed)
      expect(passes - woken).toBe(1)
    })
  })

  test('two hundred containers that came and went leave no watch and no descriptor', { timeout: 400_000 }, async () => {
    await onNode(byTimerAlone, async ({ containerd, served, held }) => {
      await containerd.run('stays')
      const round = (n: number) => containerd.ctr('default', 'run', '--rm', '--net-host', busyboxImage, `r${n}`, 'true')
      await round(0)
      await quiet(served)
      const before = held()
      for (let n = 1; n <= 200; n += 4) await Promise.all([n, n + 1, n + 2, n + 3].map(round))
      await quiet(served)
      const { overflows, postponed, passes } = await passesOf(served)
      console.log(`after 200 containers: ${JSON.stringify({ before, after: held(), passes, postponed, overflows })}`)
      // What had just come into being is watched for half a minute longer than what stays: there may be less now.
      expect(held().watches).toBeLessThanOrEqual(before.watches)
      expect(held().descriptors).toBe(before.descriptors)
      expect(overflows).toBe(0)
    })
  })

  test('a quiet node is looked at by the timer alone, and --wake-ups=off watches nothing', async () => {
    const used = new Map<string, number>()
    for (const choice of ['auto', 'off']) {
      await onNode(['--interval', '500ms', '--wake-ups', choice], async ({ containerd, served, held, ticks }) => {
        for (let n = 0; n < 4; n += 1) await containerd.run(`c${n}`)
        await quiet(served)
        const before = await passesOf(served)
        const beganTicks = ticks()
        await sleep(10_000)
        used.set(choice, ticks() - beganTicks)
        const { passes, woken } = await passesOf(served)
        expect(woken).toBe(before.woken)
        expect(passes).toBeGreaterThan(before.passes)
        if (choice === 'off') expect(held().watches).toBe(0)
      })
    }
    console.log(
      `CPU of a quiet daemon in 10 s, a pass every 500 ms: ${[...used].map(([choice, ticks]) => `${choice} ${ticks * 10} ms`).join(', ')}`,
    )
  })
})

interface Running {
  containerd: Containerd
  served: Served
  client: FeedClient
  /** Descriptors of the agent, and what it has inotify watch. */
  held(): { descriptors: number; watches: number }
  /** CPU time of the agent, in hundredths of a second. */
  ticks(): number
}

/** From when on it is counted. */
const startedBy: Readonly<Record<string, string>> = {
  'container-created': 'from the return of ctr run on: below 0, it was told before',
  running: 'from the return of ctr run on: below 0, it was told before',
  'container-exited': 'from the signal on',
}

/** What the host calls the init of a container that is so called in the world. proc(5), NSpid */
function hostPidOf(pid: number | undefined): number {
  const inner = new RegExp(`^NSpid:\\t(\\d+)\\t${pid}\\t1$`, 'm')
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = inner.exec(statusOf(entry))?.[1]
    if (found !== undefined) return Number(found)
  }
  throw new Error(`no process is ${pid} in a world and the first in its own namespace`)
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return '' // it has gone
  }
}

async function onNode(options: readonly string[], act: (running: Running) => Promise<void>): Promise<void> {
  const node: Node = await openNode({})
  try {
    const containerd = await node.containerd()
    await containerd.importImages('default')
    const served = await serve(node.world, ...options)
    const client = await followFeed(served)
    node.world.atClose(() => client.close())
    const agent = node.world.path(`/proc/${served.pid}`)
    await act({ containerd, served, client, held: () => heldBy(agent), ticks: () => ticksOf(agent) })
  } finally {
    await node.world.close()
  }
}

async function passesOf(served: Served) {
  const text = await served.fetch('/metrics')
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    passes: value('shimscope_pass_duration_seconds_count'),
    woken: value('shimscope_woken_passes_total'),
    postponed: value('shimscope_postponed_passes_total'),
    overflows: value('shimscope_wake_up_overflows_total'),
  }
}

/** Until no wake-up has begun a pass for longer than one is followed by further looks, and what was new is no more. */
async function quiet(served: Served): Promise<void> {
  let before = -1
  await until(
    'the node is quiet',
    async () => {
      const { woken } = await passesOf(served)
      const isQuiet = woken === before
      before = woken
      if (!isQuiet) await sleep(2_000)
      return isQuiet
    },
    60_000,
  )
}

/** proc(5), utime and stime */
function ticksOf(agent: string): number {
  const fields = readFileSync(`${agent}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}
