import { describe, expect, test } from 'vitest'
import type { Snapshot, Verdict } from '../../src/core/model/snapshot.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { serve } from './support/serve.ts'
import { until } from './support/until.ts'

const graceMs = 3000

describe.skipIf(skipReal())('a verdict on a real node', () => {
  test('is pending, fires after the grace, and clears when the cause is gone', { timeout: 60_000 }, async () => {
    const node = await openNode({})
    try {
      const containerd = await node.containerd()
      await containerd.run('web')
      const served = await serve(node.world, '--interval', '200ms', '--grace', `${graceMs}ms`)
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
    } finally {
      await node.world.close()
    }
  })
})
