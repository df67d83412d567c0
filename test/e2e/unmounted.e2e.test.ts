import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { disagreements } from './support/agreement.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { type Served, serve } from './support/serve.ts'
import { until } from './support/until.ts'

const snapshotOf = async (served: Served): Promise<Snapshot> => JSON.parse(await served.fetch('/api/v1/snapshot'))

/** Passes with readings of everything that is read in turns. */
const PASSES = 60

describe.skipIf(skipReal())('the cgroup file systems are unmounted, and mounted again', () => {
  test('what runs is shown, what was paused is not known, nobody is accused, and nothing is to be restarted', async () => {
    const node = await openNode({})
    const { world } = node
    try {
      const containerd = await node.containerd()
      for (const id of ['runs', 'rests']) await containerd.run(id)
      await containerd.ctr('default', 'task', 'pause', 'rests')
      const served = await serve(world, '--interval', '200ms', '--grace', '1s')
      const agrees = () =>
        until('it agrees', async () => disagreements(await snapshotOf(served), await node.truth()).length === 0)
      const states = async () =>
        Object.fromEntries((await snapshotOf(served)).containers.map(({ id, state }) => [id, state]))
      await agrees()
      const before = await snapshotOf(served)

      // Shims hold files in them open: lazily. umount(2), MNT_DETACH
      const mounted = await world.run('grep', ' /sys/fs/cgroup', '/proc/self/mounts')
      await world.run('umount', '-R', '-l', '/sys/fs/cgroup')
      const passes = async () =>
        Number(/^shimscope_pass_duration_seconds_count (\d+)$/m.exec(await served.fetch('/metrics'))?.[1])
      await until('what was paused is not known', async () => (await states())['rests'] === 'unknown')
      const from = await passes()
      await until('it has looked often', async () => (await passes()) > from + PASSES, 60_000)
      expect(await states()).toEqual({ runs: 'running', rests: 'unknown' })
      const during = await snapshotOf(served)
      expect(during.verdicts).toEqual([])
      const ofShims = ({ shims }: Snapshot) =>
        shims.map(({ key, relation, supervision }) => [key, relation, supervision])
      expect(ofShims(during)).toEqual(ofShims(before))

      for (const line of mounted.trim().split('\n')) {
        const [type = '', place = '', , options = ''] = line.split(' ')
        await world.run('sh', '-c', 'mkdir -p "$4"; mount -t "$1" -o "$2" "$3" "$4"', 'sh', type, options, type, place)
      }
      await agrees()
      expect(await states()).toEqual({ runs: 'running', rests: 'paused' })
      await containerd.ctr('default', 'task', 'resume', 'rests')
      await containerd.ctr('default', 'task', 'pause', 'runs')
      await agrees()
      expect((await snapshotOf(served)).verdicts).toEqual([])
      // Nothing is told of what nobody saw.
      const { events } = JSON.parse(await served.fetch('/api/v1/events')) as {
        events: { type: string; subject: { id?: string } }[]
      }
      expect(events.map(({ type, subject }) => `${type} ${subject.id}`).sort()).toEqual([
        'container-paused runs',
        'container-resumed rests',
      ])
    } finally {
      await world.close()
    }
  })
})
