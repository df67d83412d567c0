import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRecording } from '../../src/sources/parse-recording.ts'
import { replay } from '../replay.ts'
import { told } from './support/agreement.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { gone, shimOf } from './support/processes.ts'
import { keepRecording } from './support/recordings.ts'
import { shimscopeIn } from './support/shimscope.ts'
import { until } from './support/until.ts'

const name = 'demo-pod-shim-killed'
const file = '/run/world/timeline'

/** The incident that `npm run demo` plays: several moments of one node, before and after. */
describe.skipIf(skipReal())('an incident, moment by moment', () => {
  test('healthy, then the shim of a pod is killed under containerd 2.x', { timeout: 180_000 }, async () => {
    const node = await openNode({ tree: 'forky' })
    const { world } = node
    try {
      await node.containerd()
      const cri = await node.cri()
      const web = await cri.runPod('web', ['app', 'proxy'])
      await cri.runPod('cache', ['redis'])
      const recorder = await world.start(
        '/run/world/recorder.log',
        ...shimscopeIn(world),
        ...['record', file, '--interval', '3s', '--for', '10s'],
      )
      const recorded = async () => Number((await world.attempt('grep', '-c', '^== ', file)).stdout)
      await until('two moments are recorded', async () => (await recorded()) >= 2)
      await world.kill('KILL', shimOf(world, web.sandboxId))
      await gone(world, recorder)

      const { moments } = parseRecording(readFileSync(world.path(file)))
      expect(moments.length).toBeGreaterThanOrEqual(4)
      expect((await replay(moments.slice(0, 2))).snapshot.verdicts).toEqual([])
      const { verdicts } = (await replay(moments)).snapshot
      const expected = web.containerIds.map((of) => ({ code: 'container-shimless', kind: 'container' as const, of }))
      expect(verdicts.map(told)).toHaveLength(expected.length)
      expect(verdicts.map(({ subject }) => subject.id).sort()).toEqual([...web.containerIds].sort())
      const story = [
        'containerd 2.1.9, CRI, two pods. After the second moment the shim of the pod "web" was killed with SIGKILL:',
        'its sandbox died with it, its two containers run on under init, and containerd gave them up. The other pod is fine.',
        'This is what `npm run demo` plays.',
      ].join('\n# ')
      await keepRecording({ name, story }, { verdicts: expected }, world, file)
    } finally {
      await world.close()
    }
  })
})
