import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Snapshot, Verdict } from '../../src/core/model/snapshot.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { shimOf } from './support/processes.ts'
import { serve } from './support/serve.ts'
import { until } from './support/until.ts'

const graceMs = 3000

describe.skipIf(skipReal())('a verdict on a real node', () => {
  test('is pending, fires after the grace, and clears when the cause is gone', { timeout: 60_000 }, async () => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      await containerd.run('web')
      const served = await serve(node.world, '--interval', '200ms', '--grace', `${graceMs}ms`, '--log.format', 'json')
      const verdicts = async () => (JSON.parse(await served.fetch('/api/v1/snapshot')) as Snapshot).verdicts
      const inStatus = (status: Verdict['status']) => async () =>
        (await verdicts()).find((verdict) => verdict.code === 'shim-daemonless' && verdict.status === status)
      expect(await verdicts()).toEqual([])

      await containerd.stop('KILL')
      const pending = await until('the verdict is pending', inStatus('pending'))
      const firing = await until('the verdict fires', inStatus('firing'))
      const firedAfterMs = Date.now() - Date.parse(pending.since)
      expect(firing).toEqual({ ...pending, status: 'firing' })
      expect(firedAfterMs).toBeGreaterThanOrEqual(graceMs)

      await containerd.start()
      await until('the verdict has cleared', async () => (await verdicts()).length === 0)

      // The log has told it, each step once, in the order in which it happened.
      const lines = readFileSync(node.world.path('/run/shimscope.log'), 'utf8').trimEnd().split('\n')
      const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      const events = told.filter((line) => 'event.name' in line)
      const steps = ['daemon-stopped', 'verdict-raised', 'daemon-restarted', 'verdict-cleared']
      expect(
        events
          .map((line) => String(line['event.name']).replace(/^shimscope\./, ''))
          .filter((name) => steps.includes(name)),
      ).toEqual(steps)
      expect(events.find((line) => line['event.name'] === 'shimscope.verdict-raised')).toMatchObject({
        level: 'error',
        'shimscope.verdict.code': 'shim-daemonless',
        'container.id': 'web',
        'process.pid': shimOf(node.world, 'web'),
        'process.executable.name': 'containerd-shim-runc-v2',
      })
    } finally {
      await node.world.close()
    }
  })
})
