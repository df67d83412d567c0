import { describe, expect, test } from 'vitest'
import type { Collections } from '../../src/core/model/event.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { disagreements } from './support/agreement.ts'
import type { Containerd, Runtime } from './support/containerd.ts'
import { type FeedClient, followFeed } from './support/feed-client.ts'
import { type Node, openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { type Served, serve } from './support/serve.ts'
import { until } from './support/until.ts'

const actions = 100
const mostContainers = 6
const runtimes: Runtime[] = ['io.containerd.runc.v2', 'io.containerd.runc.v1', 'io.containerd.runtime.v1.linux']

describe.skipIf(skipReal())('the live feed of a real node', () => {
  test('a client that applies deltas holds what the API returns, through a hundred random changes', {
    timeout: 180_000,
  }, async () => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      const served = await serve(node.world, '--interval', '200ms', '--grace', '1s')
      const client = await followFeed(served)
      node.world.atClose(() => client.close())
      const seed = Date.now() % 2 ** 31
      const change = changes(containerd, seed)
      for (let done = 0; done < actions; done++) {
        const did = await change()
        if (done % 25 === 24) await client.reconnect()
        await holdsTheSame(node, client, served, `seed ${seed}, change ${done}: ${did}`)
      }
      expect(client.frames.filter((type) => type === 'delta').length).toBeGreaterThanOrEqual(actions)
      // The first connection needs a snapshot; the later ones said where they were.
      expect(client.frames.filter((type) => type === 'snapshot')).toHaveLength(1)
      expect(client.frames.filter((type) => type === 'hello')).toHaveLength(1 + actions / 25)
    } finally {
      await node.world.close()
    }
  })
})

/** Waits until the API tells what containerd tells; then the client holds the four arrays of that seq, or soon will. */
async function holdsTheSame(node: Node, client: FeedClient, served: Served, when: string): Promise<void> {
  const truth = await node.truth()
  await until(`API, client and containerd agree (${when})`, async () => {
    const snapshot = JSON.parse(await served.fetch('/api/v1/snapshot')) as Snapshot
    const current = client.view()?.current
    if (disagreements(snapshot, truth).length > 0 || current?.seq !== snapshot.seq) return false
    expect(collectionsOf(current), when).toEqual(collectionsOf(snapshot))
    return true
  })
}

const collectionsOf = ({ daemons, shims, containers, verdicts }: Collections): Collections => ({
  daemons,
  shims,
  containers,
  verdicts,
})

/** Starts, pauses, resumes, kills: one random change of containerd's tasks per call, and what it was. */
function changes(containerd: Containerd, seed: number): () => Promise<string> {
  const running = new Set<string>()
  const paused = new Set<string>()
  let state = seed
  let started = 0
  // A generator of one's own, so that a failure can be played again. https://en.wikipedia.org/wiki/Lehmer_random_number_generator
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const any = (of: Set<string>) => [...of][random(of.size)] ?? ''

  const start = async () => {
    const id = `c${++started}`
    await containerd.run(id, { runtime: runtimes[random(runtimes.length)] ?? 'io.containerd.runc.v2' })
    running.add(id)
    return `started ${id}`
  }
  const pause = async (id: string) => {
    await containerd.ctr('default', 'task', 'pause', id)
    running.delete(id)
    paused.add(id)
    return `paused ${id}`
  }
  const resume = async (id: string) => {
    await containerd.ctr('default', 'task', 'resume', id)
    paused.delete(id)
    running.add(id)
    return `resumed ${id}`
  }
  const kill = async (id: string) => {
    await containerd.ctr('default', 'task', 'delete', '--force', id)
    await containerd.ctr('default', 'container', 'delete', id)
    running.delete(id)
    return `killed ${id}`
  }
  return () => {
    const choice = random(4)
    if (running.size + paused.size === 0) return start()
    if (choice === 0 && running.size + paused.size < mostContainers) return start()
    if (choice === 1 && running.size > 0) return pause(any(running))
    if (choice === 2 && paused.size > 0) return resume(any(paused))
    return running.size > 0 ? kill(any(running)) : resume(any(paused))
  }
}
