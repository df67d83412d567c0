import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { told } from './support/agreement.ts'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { momentOf, writeRecording } from './support/recordings.ts'
import { shimscope } from './support/shimscope.ts'

const cases = [
  {
    name: 'daemon-restarting',
    story: 'containerd 1.6.20 was killed and started again three times within a minute; its container goes on.',
    restarts: 3,
    code: ['daemon-restarting'],
  },
  {
    name: 'daemon-restarted-lately',
    story: 'containerd 1.6.20 was killed and started again a moment ago, once; it found its container.',
    restarts: 1,
    code: [],
  },
]

/** Only who watched can tell that a daemon keeps restarting: a recording of several moments is inspected. */
describe.skipIf(skipReal())('a daemon that is killed', () => {
  test.for(cases)('$name', async ({ name, story, restarts, code }) => {
    const { world, containerd } = await openNode({})
    try {
      const daemon = await containerd()
      await daemon.run('web')
      const moments = [await momentOf(world)]
      for (let at = 0; at < restarts; at += 1) {
        await daemon.stop('KILL')
        if (at === restarts - 1) moments.push(await momentOf(world))
        await daemon.start()
        moments.push(await momentOf(world))
      }
      writeFileSync(world.path('/run/world/lives'), moments.join(''))
      const { stdout } = await shimscope(world, 'verdicts', '--from', '/run/world/lives', '--json', '--grace', '0s')
      const { verdicts } = JSON.parse(stdout) as Pick<Snapshot, 'verdicts'>
      expect(verdicts.map(told)).toEqual(code.map((one) => `firing ${one} daemon ${daemon.pid()}`))
      await writeRecording({ name, story }, code, moments.join(''), world)
    } finally {
      await world.close()
    }
  })
})
