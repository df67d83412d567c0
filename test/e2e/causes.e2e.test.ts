import { describe, expect, test } from 'vitest'
import type { PublicStory } from '../../src/core/stories/present.ts'
import type { Containerd } from './support/containerd.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, inState, processOf, shimOf } from './support/processes.ts'
import { serve } from './support/serve.ts'
import { shimscope } from './support/shimscope.ts'
import { until } from './support/until.ts'

const journal = ['--journal.directory', '/run/journal']

/** A node that is watched, and how its agent tells what happened. */
async function watched(play: (told: Teller) => Promise<void>, grace = '0s'): Promise<void> {
  const node = await openNode({})
  try {
    const containerd = await node.containerd()
    const grouped = async () => (await shimscope(node.world, 'events', '--grouped', '--since', '1h', ...journal)).stdout
    await play({
      node,
      containerd,
      async watch() {
        const served = await serve(node.world, '--interval', '200ms', '--grace', grace, ...journal)
        const stories = async () =>
          (JSON.parse(await served.fetch('/api/v1/events')) as { stories: readonly PublicStory[] }).stories
        return {
          stories,
          tells: (what, is) =>
            until(what, async () => (await stories()).find(is), 30_000).catch(async (error) => {
              throw new Error(`${error}; told was\n${await grouped()}`)
            }),
        }
      },
      grouped,
    })
  } finally {
    await node.world.close()
  }
}

interface Teller {
  readonly node: Node
  readonly containerd: Containerd
  watch(): Promise<{
    stories(): Promise<readonly PublicStory[]>
    tells(what: string, is: (story: PublicStory) => boolean): Promise<PublicStory>
  }>
  /** What `shimscope events --grouped` prints. */
  grouped(): Promise<string>
}

const partsOf = ({ members }: PublicStory): readonly string[] => members.map(({ part, type }) => `${part} ${type}`)
const times = <T>(many: number, one: T): T[] => Array.from({ length: many }, () => one)

describe.skipIf(skipReal())('what belongs together is told together', () => {
  test('containerd killed and started again: its shims reconnect', { timeout: 120_000 }, () =>
    watched(async ({ node, containerd, watch, grouped }) => {
      const ids = ['a', 'b', 'c', 'd', 'e']
      for (const id of ids) await containerd.run(id)
      const { tells } = await watch()
      const old = containerd.pid()
      await containerd.stop('KILL')
      await tells('its end is told', ({ summary }) =>
        summary.startsWith(`containerd stopped (pid ${old}); 5 shims go on without it; shim-daemonless fires 5 times`),
      )
      await containerd.start()
      const summary = `containerd restarted (pid ${old} → ${containerd.pid()}); 5 shims reconnected; shim-daemonless fired 5 times, and has cleared`
      const story = await tells('its return is told', (one) => one.summary.startsWith(summary))
      expect(story).toMatchObject({ kind: 'daemon-outage', settled: true })
      // Each shim as the kernel knows it, older than the daemon that it is connected to.
      const shims = story.members.filter(({ type }) => type === 'shim-adopted').map(({ subject }) => subject.pid ?? 0)
      expect([...shims].sort()).toEqual(ids.map((id) => shimOf(node.world, id)).sort())
      const started = (pid: number) => processOf(node.world, pid)?.startTicks ?? Number.NaN
      for (const shim of shims) expect(started(shim)).toBeLessThan(started(containerd.pid()))
      const parts = partsOf(story)
      expect(parts[0]).toBe('cause daemon-stopped')
      // Verdicts clear when the daemon is there, its shims are tracked when it has found them: which is seen first differs.
      expect([...parts].sort()).toEqual([
        'cause daemon-stopped',
        ...times(5, 'effect shim-adopted'),
        ...times(5, 'effect shim-orphaned'),
        ...times(5, 'effect verdict-raised'),
        'with daemon-restarted',
        ...times(5, 'with verdict-cleared'),
      ])
      expect(await grouped()).toContain(summary)
    }),
  )

  test('a shim that answers nobody does not reconnect', { timeout: 120_000 }, () =>
    watched(async ({ node, containerd, watch, grouped }) => {
      for (const id of ['a', 'b', 'c']) await containerd.run(id)
      const { tells } = await watch()
      const stuck = shimOf(node.world, 'b')
      await node.world.kill('STOP', stuck)
      await inState(node.world, stuck, 'T')
      const old = containerd.pid()
      await containerd.stop('KILL')
      await containerd.start()
      const summary = `containerd restarted (pid ${old} → ${containerd.pid()}); 2 shims reconnected, 1 did not`
      const story = await tells('that one did not', (one) => one.summary.startsWith(summary))
      const adopted = story.members.filter(({ type }) => type === 'shim-adopted').map(({ subject }) => subject.pid)
      expect(adopted).not.toContain(stuck)
      expect(adopted).toHaveLength(2)
      expect(await grouped()).toContain(summary)
    }),
  )

  test('a shim killed while nobody could clean up behind it', { timeout: 120_000 }, () =>
    watched(async ({ node, containerd, watch, grouped }) => {
      await containerd.run('one', { group: 'g' })
      await containerd.run('two', { group: 'g' })
      await containerd.run('other')
      const { tells, stories } = await watch()
      const inits = (await node.truth()).containers.map(({ pid }) => pid)
      const shim = shimOf(node.world, 'one')
      await node.world.kill('STOP', containerd.pid())
      await node.world.kill('KILL', shim)
      const story = await tells('two lost their keeper', ({ summary }) =>
        /^containerd-shim-runc-v2 \(pid \d+, \w+\) is gone; 2 containers lost their keeper; container-shimless fires 2 times$/.test(
          summary,
        ),
      )
      expect(story.members[0]).toMatchObject({ part: 'cause', type: 'shim-gone', subject: { pid: shim } })
      expect(partsOf(story)).toEqual(['cause shim-gone', ...times(2, 'effect verdict-raised')])
      // What proves it was so: the shim was gone, and these were there, of another parent by then.
      const [first, ...others] = story.proof.map(({ source }) => source)
      expect(first).toBe(`/proc/${shim}`)
      const left = others.map((source) => inits.find((pid) => source === `/proc/${pid}`))
      expect(left).toHaveLength(2)
      for (const pid of left) expect(processOf(node.world, pid ?? 0)?.ppid).toBe(1)
      // Nobody says who did it.
      expect(JSON.stringify(await stories())).not.toContain('killed')

      await node.world.kill('CONT', containerd.pid())
      await gone(node.world, ...left.map((pid) => pid ?? 0))
      const later = await tells('containerd has ended them', ({ summary }) =>
        summary.includes('2 of them exited later'),
      )
      expect(later.id).toBe(story.id)
      expect(later.members.slice(0, 3)).toEqual(story.members)
      expect(await grouped()).toContain(later.summary)
    }),
  )

  test('a pod begins, a container of it is restarted, and it ends', { timeout: 120_000 }, () =>
    watched(async ({ node, watch, grouped }) => {
      const { tells } = await watch()
      const cri = await node.cri()
      const pod = await cri.runPod('shop', ['app', 'proxy'])
      await tells('it begins', ({ summary }) => summary === 'pod default/shop began with its sandbox and 2 containers')
      const [app = ''] = pod.containerIds
      await cri.stopContainer(app)
      const again = await cri.runAgain(pod, 'app')
      const short = (id: string) => id.slice(0, 12)
      const restarted = `container app of pod default/shop restarted (${short(app)} → ${short(again)})`
      await tells('it is restarted', ({ summary }) => summary === restarted)
      await cri.removePod(pod.sandboxId)
      const ended = await tells('it ends', ({ summary }) => summary.startsWith('pod default/shop ended: its sandbox'))
      expect(ended.members.every(({ part }) => part === 'with')).toBe(true)
      expect(await grouped()).toContain(ended.summary)
      // What is in order within the grace is no part of a story.
    }, '30s'),
  )
})
